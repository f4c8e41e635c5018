"""No test reaches beyond this machine."""

from __future__ import annotations

import socket

import pytest
from pytest_socket import SocketConnectBlockedError


def test_a_connection_to_any_other_machine_is_refused() -> None:
    blocked = (SocketConnectBlockedError, UserWarning)  # it warns first, and warnings are errors here
    with socket.socket() as reaching, pytest.raises(blocked, match=r"192\.0\.2\.1"):
        reaching.connect(("192.0.2.1", 80))
