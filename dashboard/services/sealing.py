"""Sealing of values that must survive a restart but never be readable in the database.

AES-256-GCM. What is sealed names its key, so keys can be changed; the associated data ties it to
its row and project, so it opens nowhere else.
"""

from __future__ import annotations

import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dashboard.models import IdempotencyRecord
from dashboard.services import keyring
from dashboard.services.keyring import KEY_ID_BYTES

_BEFORE_KEY_IDS = b"\x01"  # one key for all, bound to the row alone
_FORMAT = b"\x02"
_NONCE_BYTES = 12


def seal(value: Any, *, row_id: str, project_id: str) -> bytes:
    """Encrypt a JSON value for the row with this id, with the newest key."""
    return _seal(json.dumps(value, separators=(",", ":")).encode(), row_id, project_id)


def unseal(sealed: bytes | memoryview, *, row_id: str, project_id: str) -> Any:
    """The value again.

    Raises: cryptography.exceptions.InvalidTag for another row, another project, or a key that
    this installation does not have.
    """
    return json.loads(_open(bytes(sealed), row_id, project_id))


def reseal(sealed: bytes | memoryview, *, row_id: str, project_id: str) -> bytes | None:
    """The same value under the newest key; None when it is already. Raises: InvalidTag."""
    if key_id(sealed) == keyring.all_keys()[0].id:
        return None
    return _seal(_open(bytes(sealed), row_id, project_id), row_id, project_id)


def key_id(sealed: bytes | memoryview) -> str:
    """Which key sealed it, as hex; empty for what was sealed before keys had ids."""
    raw = bytes(sealed)
    return raw[1 : 1 + KEY_ID_BYTES].hex() if raw[:1] == _FORMAT else ""


def answer_of(record: IdempotencyRecord) -> dict[str, str]:
    """What the kept answer of a request is bound to; its row's id is a plain number."""
    return {"row_id": f"idempotency:{record.pk}", "project_id": record.project_id}


def _seal(data: bytes, row_id: str, project_id: str) -> bytes:
    key, nonce = keyring.all_keys()[0], os.urandom(_NONCE_BYTES)
    head = _FORMAT + bytes.fromhex(key.id)
    return head + nonce + AESGCM(key.bytes).encrypt(nonce, data, _bound_to(row_id, project_id))


def _open(raw: bytes, row_id: str, project_id: str) -> bytes:
    wanted = key_id(raw)
    if not wanted:
        if raw[:1] != _BEFORE_KEY_IDS:
            raise InvalidTag
        return _open_first_format(raw, row_id)
    key = next((key for key in keyring.all_keys() if key.id == wanted), None)
    if key is None:
        raise InvalidTag
    start = 1 + KEY_ID_BYTES
    nonce, data = raw[start : start + _NONCE_BYTES], raw[start + _NONCE_BYTES :]
    return AESGCM(key.bytes).decrypt(nonce, data, _bound_to(row_id, project_id))


def _open_first_format(raw: bytes, row_id: str) -> bytes:
    start = 1 + _NONCE_BYTES
    for key in reversed(keyring.all_keys()):  # the oldest is the one that had no id
        try:
            return AESGCM(key.bytes).decrypt(raw[1:start], raw[start:], row_id.encode())
        except InvalidTag:
            continue
    raise InvalidTag


def _bound_to(row_id: str, project_id: str) -> bytes:
    return f"{project_id}\0{row_id}".encode()
