"""TCP ports on the loopback interface."""

from __future__ import annotations

import errno
import random
import socket
from itertools import islice

LOOPBACK = "127.0.0.1"

# Below the range from which Linux and macOS give out ports for outgoing connections: a port chosen here
# cannot be taken by somebody's connection before the server that it was chosen for listens on it.
_CHOICE = range(20_000, 32_000)


class StackFault(Exception):
    """The stack on one machine cannot run; the message says why and what to do about it."""


def free_ports(count: int) -> list[int]:
    """That many different ports on which nothing listens."""
    shuffled = random.sample(_CHOICE, len(_CHOICE))
    free = list(islice((port for port in shuffled if obstacle(port) is None), count))
    if len(free) < count:
        raise StackFault(f"fewer than {count} free ports between {_CHOICE.start} and {_CHOICE.stop}")
    return free


def claim_port(port: int, variable: str) -> None:
    """Raise `StackFault` when nobody can listen on `port`; `variable` is what chooses another."""
    if reason := obstacle(port):
        raise StackFault(f"port {port} {reason}; choose another with {variable}=...")


def obstacle(port: int) -> str | None:
    """Why nobody can listen on `port`, or None when somebody can."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # A server that has just ended leaves its port in TIME_WAIT, which stops nobody from listening again.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except PermissionError:
            return "may not be used by this account"
        except OSError as error:
            return "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used: {error.strerror}"
        except OverflowError:
            return "is not between 1 and 65535"
    return None
