from __future__ import annotations

import pytest

from simulator.segments import count_segments, is_gsm7


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("’" * 70, 1),
        ("’" * 71, 2),
        ("’" * 134, 2),
        ("’" * 135, 3),
        ("🙂" * 35, 1),
        ("🙂" * 36, 2),
    ],
)
def test_segments_are_counted_as_they_go_on_the_air(text: str, segments: int) -> None:
    assert count_segments(text) == segments


def test_one_curly_quote_turns_a_whole_message_into_two_byte_characters() -> None:
    assert is_gsm7("Reply K7Q2 to take it. It's yours.")
    assert not is_gsm7("Reply K7Q2 to take it. It’s yours.")


def test_an_escape_pair_is_not_torn_over_two_segments() -> None:
    assert count_segments("a" * 152 + "€" + "a" * 152) == 3
    assert count_segments("a" * 151 + "€" + "a" * 153) == 2


def test_a_surrogate_pair_is_not_torn_over_two_segments() -> None:
    assert count_segments("’" * 66 + "🙂" + "’" * 66) == 3
