"""A lock in front of a real server: the servers that come in wheels are built without TLS.

What is tested is our end: libpq's and redis-py's own handshake, with a certificate, and whether it is believed.
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer

_SSL_REQUEST = struct.pack("!II", 8, 80877103)  # PostgreSQL's: whoever wants TLS asks for it first


@contextmanager
def locked(port: int, certificate: Path, *, asks_first: bool = False) -> Iterator[int]:
    """Listen with TLS and hand on to the server at `port`; gives our own port. `asks_first`: as PostgreSQL."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    class Lock(BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):  # ssl.SSLError is one: whoever does not believe us hangs up
                if asks_first and not _agreed(self.request):
                    return
                with (
                    context.wrap_socket(self.request, server_side=True) as outside,
                    socket.create_connection(("127.0.0.1", port)) as inside,
                ):
                    back = threading.Thread(target=_pumped, args=(inside, outside), daemon=True)
                    back.start()
                    _pumped(outside, inside)
                    back.join()

    class Server(ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Lock) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def _agreed(client: socket.socket) -> bool:
    """Whether TLS was asked for."""
    if client.recv(8, socket.MSG_WAITALL) != _SSL_REQUEST:
        return False
    client.sendall(b"S")
    return True


def _pumped(source: socket.socket, sink: socket.socket) -> None:
    """All that comes, until one of them ends."""
    with suppress(OSError):
        while some := source.recv(65536):
            sink.sendall(some)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
