"""Keys of the API: shown once, stored hashed, bound to a site, revoked at any time."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from service.usecases.ports import ApiKey, Ledger, Scope

KNOWN_FOR = 2.0  # seconds
REMEMBERED_FOR = 3600.0  # seconds
_MOST_KNOWN = 1000
_PREFIX = "gh"


@dataclass(frozen=True, slots=True)
class ApiKeys:
    """Creates, lists, revokes and checks keys.

    A key that was found is known for `KNOWN_FOR` by this process, so that not every request asks for it: it
    takes so long until every process knows that it was revoked. It is remembered for `REMEMBERED_FOR`, for
    what needs nothing that is stored while the database is away.
    """

    ledger: Ledger
    clock: Callable[[], float]
    _known: dict[str, tuple[float, ApiKey, bytes]] = field(default_factory=dict, repr=False)

    def create(self, name: str, site: str, scopes: Collection[Scope]) -> tuple[ApiKey, str]:
        """A new key and its token, `gh_<id>_<secret>`. The token exists nowhere else afterwards."""
        key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        with self.ledger.transaction() as tx:
            key = ApiKey(key_id, name, site, frozenset(scopes), created_at=tx.now)
            tx.store_key(key, _hash(secret))
        return key, f"{_PREFIX}_{key_id}_{secret}"

    def all(self) -> tuple[ApiKey, ...]:
        """Every key ever made, the oldest first."""
        with self.ledger.transaction() as tx:
            return tx.keys()

    def revoke(self, key_id: str) -> bool:
        """Revoke a key from now on; False when there is no such key that still works."""
        self._known.pop(key_id, None)
        with self.ledger.transaction() as tx:
            return tx.revoke_key(key_id)

    def authenticate(self, token: str) -> ApiKey | None:
        """The key behind a token, or None. Takes the same time for a wrong secret as for a right one."""
        parts = _parts(token)
        return None if parts is None else _opened(parts[1], *self._find(parts[0]))

    def remembered(self, token: str) -> ApiKey | None:
        """The key behind a token as this process last saw it; None when that was long ago, or never."""
        key_id, secret = _parts(token) or ("", "")
        seen = self._known.get(key_id)
        if seen is None or self.clock() >= seen[0] + REMEMBERED_FOR:
            return None
        return _opened(secret, seen[1], seen[2])

    def _find(self, key_id: str) -> tuple[ApiKey | None, bytes]:
        known = self._known.get(key_id)
        if known is not None and self.clock() < known[0] + KNOWN_FOR:
            return known[1], known[2]
        with self.ledger.transaction() as tx:
            found = tx.key(key_id)
        if found is None:
            self._known.pop(key_id, None)
            return None, b"\0" * 32
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[key_id] = (self.clock(), *found)
        return found


def _parts(token: str) -> tuple[str, str] | None:
    """The id and the secret in `gh_<id>_<secret>`."""
    prefix, _, rest = token.partition("_")
    key_id, _, secret = rest.partition("_")
    return (key_id, secret) if prefix == _PREFIX and key_id and secret else None


def _opened(secret: str, key: ApiKey | None, expected: bytes) -> ApiKey | None:
    matches = hmac.compare_digest(_hash(secret), expected)
    return key if key is not None and matches and key.revoked_at is None else None


def _hash(secret: str) -> bytes:
    """Plain SHA-256 is enough: the secret is 256 random bits, so there is nothing to guess."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
