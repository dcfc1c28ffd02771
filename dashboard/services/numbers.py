"""Numbers at the doors. Numbers written as text are taken, `true` is not: Python has it equal 1."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, get_args

from pydantic import BaseModel, ValidationInfo, field_validator

_NUMBERS = {int, float, Decimal}
WORDS = "must be a number, not true or false"


class PlainNumbers(BaseModel):
    """An object whose fields of numbers take no booleans."""

    @field_validator("*", mode="before", check_fields=False)
    @classmethod
    def _no_flags(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, bool):
            annotation = cls.model_fields[str(info.field_name)].annotation
            kinds = {annotation, *get_args(annotation)}
            if kinds & _NUMBERS and bool not in kinds:
                raise ValueError(WORDS)
        return value
