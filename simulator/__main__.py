"""`python -m simulator --bind 127.0.0.1:PORT`: the carrier in a process of its own."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

from werkzeug.serving import WSGIRequestHandler, make_server

from service.domain.errors import ConfigurationFaults
from simulator.account import read_account
from simulator.app import create_app


class _QuietHandler(WSGIRequestHandler):
    """Keeps no access log: its lines would hold the numbers of people's phones."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def main(arguments: list[str]) -> None:
    """Serve until SIGTERM or SIGINT. Port 0 takes a free one; the readiness line on stdout says which."""
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument("--bind", default="127.0.0.1:8090", metavar="HOST:PORT")
    host, _, port = parser.parse_args(arguments).bind.rpartition(":")
    if not port.isdigit():
        parser.error("--bind takes HOST:PORT")
    try:
        app = create_app(read_account(os.environ))
    except ConfigurationFaults as faults:
        sys.exit(str(faults))
    server = make_server(host, int(port), app, threaded=True, request_handler=_QuietHandler)
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, _end)
    print(f"carrier simulator ready at http://{host}:{server.server_port}", flush=True)
    server.serve_forever()


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
