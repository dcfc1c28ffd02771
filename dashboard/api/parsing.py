"""The body of a request as strict JSON."""

from __future__ import annotations

import json
import math
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

MAX_DEPTH = 100


class NoJson(ValueError):
    """Why a body cannot be read, in words that hold nothing of it."""


class StrictParser(Parser):
    """Reads JSON as RFC 8259 has it: Python would take NaN, which no database takes after it."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body. Raises: NoJson."""
        try:
            body = json.loads(request.body, parse_constant=_constant, parse_float=_number)
        except NoJson:
            raise
        except json.JSONDecodeError as error:
            where = f"line {error.lineno} column {error.colno}"
            raise NoJson(f"{error.msg.lower()} at {where}") from None
        except UnicodeDecodeError:
            raise NoJson("it is not written in UTF-8") from None
        except RecursionError:
            raise NoJson("it is nested too deeply") from None
        except ValueError:  # Python's own limit of digits
            raise NoJson("a number has too many digits") from None
        if request.body.count(b"[") + request.body.count(b"{") > MAX_DEPTH:
            _check_depth(body)
        return body


def _check_depth(body: Any) -> None:
    """Raises: NoJson for what would break those who walk through it by recursion."""
    level = [body]
    for _ in range(MAX_DEPTH + 1):
        level = [
            item
            for box in level
            if isinstance(box, dict | list)
            for item in (box.values() if isinstance(box, dict) else box)
        ]
        if not level:
            return
    raise NoJson("it is nested too deeply")


def _constant(name: str) -> float:
    raise NoJson(f"{name} is no number of JSON's")


def _number(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise NoJson("a number is too large")
    return number
