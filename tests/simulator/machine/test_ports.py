"""Ports and secrets."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from simulator.machine.ports import LOOPBACK, StackFault, claim_port, free_ports, obstacle
from simulator.machine.secret import kept_secret


def test_free_ports_differ_and_can_be_listened_on() -> None:
    ports = free_ports(20)
    assert len(set(ports)) == 20
    assert {obstacle(port) for port in ports} == {None}


def test_a_port_in_use_names_what_chooses_another() -> None:
    with socket.socket() as server:
        server.bind((LOOPBACK, 0))
        server.listen()
        port = server.getsockname()[1]
        with pytest.raises(StackFault, match=f"port {port} is in use; choose another with PORT=..."):
            claim_port(port, "PORT")


def test_a_number_that_is_no_port_is_refused() -> None:
    with pytest.raises(StackFault, match="port 70000 is not between 1 and 65535"):
        claim_port(70_000, "PORT")


def test_a_secret_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    assert kept_secret(file, lambda: "first") == "first"
    assert kept_secret(file, lambda: "second") == "first"
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_secret_whose_writing_was_interrupted_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "secret.unfinished").write_text("fir")
    assert kept_secret(tmp_path / "secret", lambda: "second") == "second"
