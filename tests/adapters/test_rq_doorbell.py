"""The doorbell carries ids and nothing else, and its silence is never a failure."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from redis import Redis
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

from service.adapters.rq_doorbell import RqDoorbell
from simulator.servers import EmbeddedRedis


@pytest.fixture
def redis(redis_server: EmbeddedRedis) -> Iterator[Redis]:
    client: Redis = Redis.from_url(redis_server.url)
    client.flushall()
    yield client
    client.close()


@pytest.fixture
def doorbell(redis_server: EmbeddedRedis) -> RqDoorbell:
    return RqDoorbell(redis_server.url, job_timeout=8)


def test_a_job_is_an_id_under_a_name_made_of_it(redis: Redis, doorbell: RqDoorbell) -> None:
    page_id = uuid4()
    assert doorbell.ring([page_id])
    job = Job.fetch(f"page-{page_id}", connection=redis, serializer=JSONSerializer)
    assert (job.func_name, job.args, job.kwargs) == ("workers.jobs.page_clinician", [str(page_id)], {})
    assert job.description == "page"
    assert redis.hget(f"rq:job:page-{page_id}", "timeout") == b"8"


def test_everything_in_redis_is_forgotten_soon_whatever_becomes_of_it(
    redis: Redis, doorbell: RqDoorbell
) -> None:
    page_id = uuid4()
    doorbell.ring([page_id])
    job = Job.fetch(f"page-{page_id}", connection=redis, serializer=JSONSerializer)
    assert (job.ttl, job.result_ttl, job.failure_ttl) == (60, 0, 60)


def test_ringing_twice_for_a_page_rings_twice_and_harms_nothing(redis: Redis, doorbell: RqDoorbell) -> None:
    page_id = uuid4()
    assert doorbell.ring([page_id, page_id])
    assert Queue("pages", connection=redis, serializer=JSONSerializer).count <= 2


def test_with_redis_away_the_bell_says_so_and_does_not_try_again_at_once() -> None:
    silent = RqDoorbell("redis://127.0.0.1:9/0", job_timeout=8)
    assert not silent.ring([uuid4()])
    assert not silent.ring([uuid4()])
    assert not silent.is_there()
    assert silent.ring([])


def test_the_bell_rings_again_once_redis_is_back(doorbell: RqDoorbell, redis_server: EmbeddedRedis) -> None:
    redis_server.stop()
    try:
        assert not doorbell.is_there()
    finally:
        redis_server.start()
    assert doorbell.is_there()
    assert doorbell.ring([uuid4()])
