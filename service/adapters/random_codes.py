"""Codes that nobody can guess, in letters that survive a bad screen."""

from __future__ import annotations

import secrets

from service.domain.replies import CODE_LENGTH, CODE_LETTERS


def new_code() -> str:
    """A fresh code for a case."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
