"""A real PostgreSQL and a real Redis on this machine, with nothing to install by hand."""

from __future__ import annotations

from simulator.machine.ports import StackFault
from simulator.machine.postgres import EmbeddedPostgres
from simulator.machine.redis import EmbeddedRedis

__all__ = ["EmbeddedPostgres", "EmbeddedRedis", "StackFault"]
