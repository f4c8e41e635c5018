"""What is installed is what was looked at: pinned by hash, from nowhere in particular."""

from __future__ import annotations

import re

import pytest

from service.settings import REPOSITORY

_LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-bench.lock", "requirements-audit.lock")


@pytest.mark.parametrize("name", _LOCKS)
def test_every_pin_has_its_hashes_and_no_registry_is_named(name: str) -> None:
    lock = (REPOSITORY / name).read_text(encoding="utf-8")
    assert "://" not in lock
    assert "--index" not in lock
    pins = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE)[1:]
    assert len(pins) > 20
    loose = [pin.split()[0] for pin in pins if "==" not in pin or "--hash=sha256:" not in pin]
    assert loose == []
