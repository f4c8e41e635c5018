"""What an exception of an HTTP call says about whether anything was sent."""

from __future__ import annotations

import requests
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError


def never_left(error: requests.RequestException) -> bool:
    """Whether no connection came about at all, so that the carrier certainly has nothing."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError | NameResolutionError | ConnectTimeoutError)
