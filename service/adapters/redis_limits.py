"""How often somebody may call: counted in Redis for all processes, or in this one while Redis is away."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

log = logging.getLogger(__name__)

_PATIENCE = 0.2  # seconds; a slow Redis must not make the API slow
_LEFT_ALONE = 5.0  # seconds, after it did not answer
_MATTERS = 20  # from a twentieth of the limit on, all processes count together
_MOST_CALLERS = 10_000


@dataclass(slots=True)
class _Tally:
    """Calls of one caller in one window, in this process; `told` of them stand in Redis."""

    window: int
    calls: int = 0
    told: int = 0


class RedisLimits:
    """Counts calls by whoever makes them, in windows of fixed length.

    The first few of a window are counted here alone, and together with the next: most callers never come near
    their limit, and should not wait for Redis.
    """

    def __init__(self, redis_url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._redis_url = redis_url
        self._local = FixedWindowRateLimiter(MemoryStorage())
        self._shared: FixedWindowRateLimiter | None = None
        self._clock = clock
        self._away_until = 0.0
        self._tallies: dict[str, _Tally] = {}

    def seconds_to_wait(self, who: str, most: int, seconds: int) -> int:
        """Count one call; 0 when it may be made, else how long to wait: at most `most` in `seconds`."""
        untold = self._untold(who, most, seconds)
        if not untold:
            return 0
        limit = RateLimitItemPerSecond(most, seconds)
        if self._clock() >= self._away_until:
            try:
                return _counted(self._in_redis(), limit, who, untold)
            except RedisError as error:
                log.warning("Redis is away; calls are counted here", extra={"reason": type(error).__name__})
                self._away_until = self._clock() + _LEFT_ALONE
        return _counted(self._local, limit, who, untold)

    def _untold(self, who: str, most: int, seconds: int) -> int:
        """How many calls are to be told now; 0 while there are too few to matter."""
        window = int(time.time() // seconds)
        tally = self._tallies.get(who)
        if tally is None or tally.window != window:
            if len(self._tallies) >= _MOST_CALLERS:
                self._tallies.clear()
            tally = self._tallies[who] = _Tally(window)
        tally.calls += 1
        if tally.calls <= most // _MATTERS:
            return 0
        untold, tally.told = tally.calls - tally.told, tally.calls
        return untold

    def _in_redis(self) -> FixedWindowRateLimiter:
        if self._shared is None:
            storage = RedisStorage(
                self._redis_url,
                socket_timeout=_PATIENCE,
                socket_connect_timeout=_PATIENCE,
                # None: each would wait as long again, and count a call twice.
                retry=Retry(NoBackoff(), 0),  # type: ignore[arg-type]  # handed on to redis as it is
            )
            self._shared = FixedWindowRateLimiter(storage)
        return self._shared


def _counted(limiter: FixedWindowRateLimiter, limit: RateLimitItemPerSecond, who: str, calls: int) -> int:
    if limiter.hit(limit, who, cost=calls):
        return 0
    resets_at = limiter.get_window_stats(limit, who).reset_time
    return max(1, math.ceil(resets_at - time.time()))
