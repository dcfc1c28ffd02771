"""Serve the practice site: `python -m practice --port 8001`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from aiohttp import web

from practice.app import create_app


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="practice", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--keep", type=Path, help="file that keeps carts and orders")
    options = parser.parse_args(arguments)
    print(f"practice site on http://{options.host}:{options.port}/", flush=True)
    try:
        web.run_app(
            create_app(options.keep),
            host=options.host,
            port=options.port,
            print=None,
            access_log=None,
            shutdown_timeout=1.0,
        )
    except OSError as error:
        print(f"The practice site cannot listen: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
