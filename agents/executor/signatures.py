"""The signatures of `api.pyi`: one source for the type check and for the check of arguments."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Signature:
    """One callable of the sandbox. required: how many of `positional` must be given."""

    name: str
    positional: tuple[str, ...]
    required: int
    keywords: tuple[str, ...]
    is_async: bool

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Arguments by name. Raises: TypeError that names what is wrong and what there is."""
        if len(args) > len(self.positional):
            raise TypeError(
                f"{self.name}() takes {len(self.positional)} positional arguments, "
                f"{len(args)} were given. It accepts: {self.describe()}"
            )
        bound = dict(zip(self.positional, args, strict=False))
        for key, value in kwargs.items():
            if key not in self.positional and key not in self.keywords:
                raise TypeError(
                    f"{self.name}() has no argument {key!r}. It accepts: {self.describe()}"
                )
            if key in bound:
                raise TypeError(f"{self.name}() got {key!r} twice")
            bound[key] = value
        missing = [name for name in self.positional[: self.required] if name not in bound]
        if missing:
            raise TypeError(f"{self.name}() needs {', '.join(missing)}")
        must = self.positional[: self.required]
        return {key: value for key, value in bound.items() if value is not None or key in must}

    def describe(self) -> str:
        """The parameters in one line, for an error message."""
        return ", ".join([*self.positional, *(f"{name}=" for name in self.keywords)]) or "nothing"


@dataclass(frozen=True)
class Api:
    """All classes with their methods and attributes, and the free functions."""

    classes: dict[str, dict[str, Signature]]
    attributes: dict[str, frozenset[str]]
    functions: dict[str, Signature]


@cache
def api_text() -> str:
    """The text of `api.pyi`."""
    return (_HERE / "api.pyi").read_text(encoding="utf-8")


@cache
def stub_text() -> str:
    """The part of `stub.pyi` that is shown to models: from its docstring on."""
    text = (_HERE / "stub.pyi").read_text(encoding="utf-8")
    return text[text.index('"""') :].strip() + "\n"


@cache
def api() -> Api:
    """`api.pyi`, parsed."""
    return parse(api_text())


def parse(text: str) -> Api:
    """Classes, attributes and functions of a stub; base classes of the same file are merged in."""
    classes: dict[str, dict[str, Signature]] = {}
    attributes: dict[str, frozenset[str]] = {}
    functions: dict[str, Signature] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            functions[node.name] = _signature(node, method=False)
        elif isinstance(node, ast.ClassDef):
            bases = [base.id for base in node.bases if isinstance(base, ast.Name)]
            methods = {name: sig for base in bases for name, sig in classes[base].items()}
            names = {name for base in bases for name in attributes[base]}
            for item in node.body:
                if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef):
                    methods[item.name] = _signature(item, method=True)
                elif isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
                    names.add(item.target.id)
            classes[node.name] = methods
            attributes[node.name] = frozenset(names)
    return Api(classes, attributes, functions)


def _signature(node: ast.FunctionDef | ast.AsyncFunctionDef, *, method: bool) -> Signature:
    positional = tuple(arg.arg for arg in node.args.args)[1 if method else 0 :]
    return Signature(
        name=node.name,
        positional=positional,
        required=len(positional) - len(node.args.defaults),
        keywords=tuple(arg.arg for arg in node.args.kwonlyargs),
        is_async=isinstance(node, ast.AsyncFunctionDef),
    )
