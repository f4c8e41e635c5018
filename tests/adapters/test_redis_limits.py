"""Calls are counted for all processes in Redis, and in each one while it is away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from service.adapters.redis_limits import RedisLimits
from simulator.servers import EmbeddedRedis

MOST, SECONDS = 3, 3600


@pytest.fixture
def redis(redis_server: EmbeddedRedis) -> Iterator[EmbeddedRedis]:
    redis_server.flush()
    yield redis_server
    if not redis_server.running:
        redis_server.start()


def test_two_processes_count_together_and_everybody_for_themselves(redis: EmbeddedRedis) -> None:
    one, another = RedisLimits(redis.url), RedisLimits(redis.url)
    waits = [limits.seconds_to_wait("key a", MOST, SECONDS) for limits in (one, another, one)]
    assert waits == [0, 0, 0]
    assert 0 < another.seconds_to_wait("key a", MOST, SECONDS) <= SECONDS
    assert another.seconds_to_wait("key b", MOST, SECONDS) == 0


def test_without_redis_each_process_counts_alone_and_asks_again_later(redis: EmbeddedRedis) -> None:
    now = [0.0]
    limits = RedisLimits(redis.url, clock=lambda: now[0])
    assert limits.seconds_to_wait("key a", 1, SECONDS) == 0
    redis.stop()
    assert limits.seconds_to_wait("key a", 1, SECONDS) == 0  # it begins anew here
    assert limits.seconds_to_wait("key a", 1, SECONDS) > 0
    redis.start()
    assert limits.seconds_to_wait("key a", 1, SECONDS) > 0
    now[0] += 6
    assert limits.seconds_to_wait("key b", 1, SECONDS) == 0
    assert RedisLimits(redis.url).seconds_to_wait("key b", 1, SECONDS) > 0  # in Redis again
