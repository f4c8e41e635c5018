"""A chain shows whatever becomes of its links."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.domain.errors import Invalid
from service.domain.trail import NOTHING_YET, Head, Link, Soundness, broken_links


def chain(count: int) -> list[Link]:
    digests = [NOTHING_YET, *(bytes([n]) * 32 for n in range(1, count + 1))]
    return [Link(n, digests[n - 1], digests[n], Soundness.HOLDS) for n in range(1, count + 1)]


def faults(links: list[Link]) -> list[str]:
    return list(broken_links(links, 0, NOTHING_YET))


def test_a_whole_chain_has_no_fault() -> None:
    assert faults(chain(5)) == []


def test_what_is_missing_is_named_once_and_the_rest_still_holds() -> None:
    links = chain(6)
    assert faults([links[0], *links[2:]]) == ["entry 2 is missing"]
    assert faults([*links[:2], links[5]]) == ["entries 3 to 5 are missing"]


def test_a_link_that_follows_another_than_the_one_before_it_is_named() -> None:
    links = chain(3)
    links[1] = replace(links[1], previous=bytes(32))
    assert faults(links) == ["entry 2 does not follow the one before it"]


@pytest.mark.parametrize("soundness", [s for s in Soundness if s is not Soundness.HOLDS])
def test_an_unsound_entry_is_named_with_what_is_wrong(soundness: Soundness) -> None:
    links = chain(3)
    links[2] = replace(links[2], soundness=soundness)
    assert faults(links) == [f"entry 3 {soundness}"]


def test_a_head_is_read_as_it_is_printed_and_known_by_a_part_of_its_digest() -> None:
    link = chain(3)[2]
    head = Head("riverside", 3, link.digest.hex())
    assert Head.read(str(head)) == head
    assert Head.read(str(Head("", 3, link.digest.hex()))).site == ""
    assert Head.read(f"riverside:3:{link.digest.hex()[:12]}").is_of(link)
    assert not Head.read("riverside:3:" + "f" * 12).is_of(link)


@pytest.mark.parametrize(
    "written",
    ["", "riverside", "riverside:3", "riverside:x:0123456789ab", "riverside:3:0123", "a:3:nohexnohexno"],
)
def test_what_is_no_head_is_refused(written: str) -> None:
    with pytest.raises(Invalid):
        Head.read(written)
