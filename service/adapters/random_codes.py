"""Codes and numbers that nobody can guess. Codes are of letters that survive a bad screen."""

from __future__ import annotations

import secrets

from service.domain.checks import NUMBER_DIGITS
from service.domain.replies import CODE_LENGTH, CODE_LETTERS


def new_code() -> str:
    """A fresh code for a case."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def new_number() -> str:
    """A fresh number for a check."""
    return "".join(secrets.choice("0123456789") for _ in range(NUMBER_DIGITS))
