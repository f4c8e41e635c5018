"""No text makes the reading do more than its share of work: steps of the interpreter are counted, not time."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest

from benchmarks.floods import Flood, handmade
from service.domain.answers import TextAnswer
from tests.domain.english import reader

FEW, MANY = 100, 400
# What each call costs anyway makes growth look smaller than it is, never larger.
ALLOWED = 1.15


def steps(text: str, asked: str) -> int:
    """Bytecode instructions that one reading takes. What C code does within one of them is not seen."""
    taken = 0

    def count(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal taken
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        taken += event == "opcode"
        return count

    answer = TextAnswer("a1", text, question=asked)
    reader().read(answer)  # the automaton works out its steps once; that is not this text's length
    before = sys.gettrace()
    sys.settrace(count)
    try:
        reader().read(answer)
    finally:
        sys.settrace(before)
    return taken


@pytest.mark.parametrize("flood", handmade(), ids=lambda flood: flood.name)
def test_a_text_four_times_as_long_takes_four_times_the_steps_at_most(flood: Flood) -> None:
    few = steps(flood.make(FEW), flood.asked(FEW))
    many = steps(flood.make(MANY), flood.asked(MANY))
    assert few > 0
    assert many <= few * MANY / FEW * ALLOWED
