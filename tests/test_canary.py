"""The last search of a run finds what it looks for."""

from __future__ import annotations

from pathlib import Path

from tests.canary import CANARY, traces_of_answers


def test_a_trace_is_found_in_any_file_at_any_depth(tmp_path: Path) -> None:
    (tmp_path / "clean.log").write_text("nothing here", encoding="utf-8")
    deep = tmp_path / "var" / "log"
    deep.mkdir(parents=True)
    leak = deep / "dump.bin"
    leak.write_bytes(b"\x00\xff" + CANARY.encode() + b"\x00")
    assert list(traces_of_answers(tmp_path)) == [leak]
    leak.unlink()  # or the search after this run would find it, too
