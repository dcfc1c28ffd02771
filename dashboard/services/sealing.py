"""Sealing of values that must survive a restart but never be readable in the database.

AES-256-GCM; the associated data ties a value to its row; a key id allows a later rotation.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_KEY_ID = b"\x01"


def _key() -> bytes:
    return hashlib.sha256(settings.FIELD_ENCRYPTION_KEY.encode()).digest()


def seal(value: Any, *, row_id: str) -> bytes:
    """Encrypt a JSON value for the row with this id."""
    nonce = os.urandom(12)
    data = json.dumps(value, separators=(",", ":")).encode()
    return _KEY_ID + nonce + AESGCM(_key()).encrypt(nonce, data, row_id.encode())


def unseal(sealed: bytes | memoryview, *, row_id: str) -> Any:
    """The value again. Raises: cryptography.exceptions.InvalidTag for another row or key."""
    raw = bytes(sealed)
    return json.loads(AESGCM(_key()).decrypt(raw[1:13], raw[13:], row_id.encode()))
