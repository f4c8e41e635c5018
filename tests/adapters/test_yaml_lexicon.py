"""The lexicon's files are read strictly: every fault of every file is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from service.adapters.yaml_lexicon import load_lexicon
from service.domain.errors import ConfigurationFaults

CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture
def english(tmp_path: Path) -> Path:
    shutil.copytree(CONFIG / "schema", tmp_path / "schema")
    shutil.copytree(CONFIG / "lexicon", tmp_path / "lexicon")
    return tmp_path / "lexicon" / "en"


def faults_of(root: Path) -> str:
    with pytest.raises(ConfigurationFaults) as caught:
        load_lexicon(root)
    return "\n".join(caught.value.faults)


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_shipped_lexicon_is_read_whole() -> None:
    lexicon = load_lexicon(CONFIG / "lexicon" / "en")
    assert len(lexicon.entries) >= 55
    assert sum(len(entry.patterns) for entry in lexicon.entries) >= 250


def test_every_entry_says_who_stands_for_it() -> None:
    for entry in load_lexicon(CONFIG / "lexicon" / "en").entries:
        assert entry.meaning.endswith(".")
        assert entry.source


def test_faults_of_several_files_are_named_at_once(english: Path) -> None:
    rewrite(english / "hope" / "hope.yaml", "status: draft", "status: perhaps")
    rewrite(english / "plan" / "has_a_plan.yaml", "strength: strong", "strength: strong\nmood: low")
    rewrite(
        english / "voices" / "commanding.yaml", "patterns:", 'patterns:\n  - "(open"\n  - "{nowhere} to go"'
    )
    faults = faults_of(english)
    assert "hope.yaml: status" in faults
    assert "has_a_plan.yaml" in faults
    assert "mood" in faults
    assert "voices.commanding: `(open` opens `(` and does not close it" in faults
    assert "voices.commanding: there is no class {nowhere}" in faults


def test_an_entry_in_the_wrong_folder_is_a_fault(english: Path) -> None:
    (english / "hope" / "hope.yaml").rename(english / "plan" / "hope.yaml")
    assert "plan/hope.yaml: its folder and name ask for id plan.hope" in faults_of(english)


def test_a_false_friend_must_say_what_it_silences(english: Path) -> None:
    path = english / "false_friend" / "laughter.yaml"
    words = yaml.safe_load(path.read_text(encoding="utf-8"))
    del words["silences"]
    path.write_text(yaml.safe_dump(words), encoding="utf-8")
    assert "laughter.yaml: the file: 'silences' is a required property" in faults_of(english)


def test_a_faulty_class_is_named_even_when_no_entry_uses_it(english: Path) -> None:
    with (english / "classes.yaml").open("a", encoding="utf-8") as stream:
        stream.write('  unused: ["{unused} again"]\n')
    assert "classes.yaml: the class {unused} is defined by itself" in faults_of(english)


def test_faults_of_classes_and_context_are_named_together(english: Path) -> None:
    rewrite(english / "context.yaml", "reach: 9", "reach: far")
    rewrite(english / "classes.yaml", "\nclasses:", "\nkinds:")
    faults = faults_of(english)
    assert "context.yaml: reach" in faults
    assert "classes.yaml" in faults


def test_a_faulty_cue_is_named(english: Path) -> None:
    rewrite(english / "context.yaml", '"asking for a (friend|mate)"', '"<0-2>"')
    assert "context.yaml: for_a_friend: " in faults_of(english)


def test_a_missing_language_is_a_fault_and_no_silence(tmp_path: Path) -> None:
    shutil.copytree(CONFIG / "schema", tmp_path / "schema")
    faults = faults_of(tmp_path / "lexicon" / "xx")
    assert "classes.yaml: cannot be read" in faults
    assert "xx: there is no entry that can be read" in faults
