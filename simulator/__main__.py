"""`python -m simulator --bind 127.0.0.1:PORT`: the carrier in a process of its own."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from threading import Thread
from types import FrameType
from typing import NoReturn

from werkzeug.serving import WSGIRequestHandler, make_server

from service.domain.errors import ConfigurationFaults
from simulator.account import read_account
from simulator.app import create_app
from simulator.exchange import new_exchange
from simulator.mail import MailServer
from simulator.pagers import SnppServer


class _QuietHandler(WSGIRequestHandler):
    """Keeps no access log: its lines would hold the numbers of people's phones."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def main(arguments: list[str]) -> None:
    """Serve until SIGTERM or SIGINT. Port 0 takes a free one; the readiness line on stdout says which."""
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument("--bind", default="127.0.0.1:8090", metavar="HOST:PORT")
    parser.add_argument("--mail", metavar="HOST:PORT", help="take mail there, too")
    parser.add_argument("--snpp", metavar="HOST:PORT", help="take pager messages there, too")
    given = parser.parse_args(arguments)
    host, _, port = given.bind.rpartition(":")
    mail_host, _, mail_port = (given.mail or f"{host}:0").rpartition(":")
    if not port.isdigit() or not mail_port.isdigit():
        parser.error("--bind and --mail take HOST:PORT")
    try:
        account = read_account(os.environ)
    except ConfigurationFaults as faults:
        sys.exit(str(faults))
    exchange = new_exchange(account)
    app = create_app(account, exchange)
    if given.mail:
        mail = MailServer(mail_host, int(mail_port), exchange.mails, exchange.faults)
        Thread(target=mail.serve_forever, daemon=True).start()
    server = make_server(host, int(port), app, threaded=True, request_handler=_QuietHandler)
    if given.snpp:
        snpp_host, _, snpp_port = given.snpp.rpartition(":")
        snpp = SnppServer(snpp_host, int(snpp_port), exchange.pagers, exchange.faults)
        Thread(target=snpp.serve_forever, daemon=True).start()
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, _end)
    print(f"carrier simulator ready at http://{host}:{server.server_port}", flush=True)
    server.serve_forever()


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
