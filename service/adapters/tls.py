"""Whether the servers are those that the settings trust: said at the start, in words that hold no secret.

A server that does not answer is no fault: it may come back. One whose certificate is not what was asked for
is another server, or a mistake in the settings, and nothing that is tried again would help.
"""

from __future__ import annotations

import ssl

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from service.adapters.postgres.ledger import connect

_SECONDS = 3.0
_LOCKED = {"require", "verify-ca", "verify-full"}
_NOT_TRUSTED = "the server's certificate is not of an authority that is trusted, or its time is over"
_OF_ANOTHER = "the server's certificate is for another host"
_NO_FILE = "a file of certificates that it names cannot be read"
_SAID_BY_LIBPQ = {
    "root certificate file": _NO_FILE,
    "certificate verify failed": _NOT_TRUSTED,
    "does not match host name": _OF_ANOTHER,
    "does not support SSL": "the server does not speak TLS",
}
_X509_OF_ANOTHER = {62, 64}  # OpenSSL's codes for a host name and an address that do not match


def postgres_fault(url: str) -> str | None:
    """What is wrong with the lock of a connection to PostgreSQL, if anything is and one was asked for."""
    if make_url(url).query.get("sslmode") not in _LOCKED:
        return None
    engine = connect(url, pool_size=1)
    try:
        engine.connect().close()
    except OperationalError as error:
        said = str(error.orig)
        return next((fault for words, fault in _SAID_BY_LIBPQ.items() if words in said), None)
    finally:
        engine.dispose()
    return None


def redis_fault(url: str) -> str | None:
    """The same for Redis."""
    if not url.startswith("rediss:"):
        return None
    try:
        with Redis.from_url(
            url, socket_connect_timeout=_SECONDS, socket_timeout=_SECONDS, retry=Retry(NoBackoff(), 0)
        ) as client:
            client.ping()
    except RedisError as error:
        return _of_handshake(error.__cause__ or error.__context__)
    return None


def _of_handshake(error: BaseException | None) -> str | None:
    match error:
        case ssl.SSLCertVerificationError(verify_code=code):
            return _OF_ANOTHER if code in _X509_OF_ANOTHER else _NOT_TRUSTED
        case FileNotFoundError() | PermissionError() | IsADirectoryError():
            return _NO_FILE
    return None
