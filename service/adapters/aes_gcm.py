"""AES-256-GCM with the key's id beside each value, so that keys rotate and a deleted key ends the text."""

from __future__ import annotations

import hmac
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from service.usecases.ports import KeyGone

log = logging.getLogger(__name__)

_NONCE = 12  # bytes, as NIST SP 800-38D recommends


@dataclass(frozen=True, slots=True)
class Sealed:
    """What is stored: the key's id, and nonce and ciphertext together."""

    key_id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Cipher:
    """Seals with the active key and opens with any it has. `place` binds a value to its row."""

    keys: Mapping[str, bytes] = field(repr=False)
    active: str

    def seal(self, text: str, place: str) -> Sealed:
        """Encrypt text for one place."""
        nonce = os.urandom(_NONCE)
        body = _aead(self.keys[self.active]).encrypt(nonce, text.encode(), place.encode())
        return Sealed(self.active, nonce + body)

    def open(self, sealed: Sealed, place: str) -> str:
        """Decrypt; `KeyGone` when the key is not there, or does not open it.

        A value that was changed or moved, and one whose key is another under the same id, is as lost as one
        without a key: it must not keep what else a person says from being heard. The log tells of it.
        """
        if sealed.key_id not in self.keys:
            raise KeyGone(sealed.key_id)
        nonce, body = sealed.body[:_NONCE], sealed.body[_NONCE:]
        try:
            return _aead(self.keys[sealed.key_id]).decrypt(nonce, body, place.encode()).decode()
        except (InvalidTag, ValueError):
            what = f"{place.partition('/')[0]} under key {sealed.key_id}"
            log.error("a sealed value was changed or moved, or its key is another", extra={"what": what})  # noqa: TRY400 - where is no matter
            raise KeyGone(sealed.key_id) from None

    def trail_key(self, key_id: str) -> bytes:
        """The 32 bytes that sign the audit trail while this data key is there; `KeyGone` when it is not.

        Derived, so that whoever proves the trail with it can open nothing.
        """
        if key_id not in self.keys:
            raise KeyGone(key_id)
        return _trail_key(self.keys[key_id])


def sign(key: bytes, body: bytes) -> bytes:
    """HMAC-SHA256: 32 bytes that only a holder of the key can make."""
    return hmac.digest(key, body, "sha256")


# Made once for each key, not once for each value.
@lru_cache(maxsize=32)
def _aead(key: bytes) -> AESGCM:
    return AESGCM(key)


@lru_cache(maxsize=32)
def _trail_key(key: bytes) -> bytes:
    return sign(key, b"goldenhour audit trail")
