"""Every subject's attacks are run, and none of them twice."""

from __future__ import annotations

import importlib
import pkgutil

import tests.adversarial as here


def test_every_subject_is_run_and_no_name_is_used_twice() -> None:
    modules = [
        importlib.import_module(f"{here.__name__}.{found.name}")
        for found in pkgutil.iter_modules(here.__path__)
    ]
    told = [module for module in modules if hasattr(module, "SCENARIOS")]
    subjects = {module.__name__.rpartition(".")[2] for module in told}
    files = {name.removeprefix("test_") for name in subjects if name.startswith("test_")}
    assert files == {name for name in subjects if not name.startswith("test_")}
    names = [
        scenario.name
        for module in told
        if "test_" in module.__name__
        for scenario in module.SCENARIOS
    ]
    assert len(names) >= 40
    assert len(set(names)) == len(names)
