"""What is sealed opens only with its key, at its place, unchanged."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.adapters.aes_gcm import Cipher
from service.usecases.ports import KeyGone

OLD, NEW = bytes(32), bytes(range(32))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_what_was_sealed_opens_again(text: str) -> None:
    cipher = Cipher({"k1": OLD}, "k1")
    assert cipher.open(cipher.seal(text, "here"), "here") == text


def test_the_same_text_never_looks_the_same_twice() -> None:
    cipher = Cipher({"k1": OLD}, "k1")
    assert cipher.seal("text", "here").body != cipher.seal("text", "here").body


def test_an_older_key_still_opens_what_it_sealed() -> None:
    sealed = Cipher({"k1": OLD}, "k1").seal("text", "here")
    rotated = Cipher({"k2": NEW, "k1": OLD}, "k2")
    assert rotated.open(sealed, "here") == "text"
    assert rotated.seal("text", "here").key_id == "k2"


def test_without_its_key_nothing_opens() -> None:
    sealed = Cipher({"k1": OLD}, "k1").seal("text", "here")
    with pytest.raises(KeyGone):
        Cipher({"k2": NEW}, "k2").open(sealed, "here")


def test_a_value_that_was_moved_changed_or_cut_does_not_open_and_the_log_tells_of_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    cipher = Cipher({"k1": OLD}, "k1")
    sealed = cipher.seal("text", "answer/1/a1")
    with pytest.raises(KeyGone):
        cipher.open(sealed, "answer/1/a2")
    for body in (sealed.body[:-1] + bytes([sealed.body[-1] ^ 1]), sealed.body[:5], b""):
        with pytest.raises(KeyGone):
            cipher.open(replace(sealed, body=body), "answer/1/a1")
    assert [record.__dict__["what"] for record in caplog.records] == ["answer under key k1"] * 4


def test_another_key_under_the_same_id_opens_nothing() -> None:
    sealed = Cipher({"k1": OLD}, "k1").seal("text", "here")
    with pytest.raises(KeyGone):
        Cipher({"k1": NEW}, "k1").open(sealed, "here")
