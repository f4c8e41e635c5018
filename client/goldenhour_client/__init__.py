"""Sends first contacts to Goldenhour without holding up the conversation, also while it is away."""

from goldenhour_client.client import Client
from goldenhour_client.deliverer import Refused, Waiting

__all__ = ["Client", "Refused", "Waiting"]
