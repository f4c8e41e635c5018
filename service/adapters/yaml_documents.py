"""YAML files that people write, read strictly: every fault of every file is named, none is guessed around."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

_FAST: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _StrictLoader(_FAST):  # type: ignore[misc]  # the C loader is there or not: its type is not known
    """Safe YAML in which a key that stands twice is a fault: the last one must not silently win."""


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[Hashable, Any]:
    keys = [str(key.value) for key, _ in node.value]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise yaml.constructor.ConstructorError(
            None, None, f"the key {', '.join(twice)} stands twice", node.start_mark
        )
    mapping: dict[Hashable, Any] = loader.construct_mapping(node, deep=True)
    return mapping


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


class Documents:
    """Reads files of one kind against one JSON Schema and gathers their faults."""

    def __init__(self, schema: Path) -> None:
        self._validator = Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))
        self.faults: list[str] = []

    def read(self, path: Path) -> Any:
        """The document, or None when it has faults: they are in `faults`, each with the file's name."""
        try:
            with path.open("rb") as stream:
                # built on the safe loader
                document = yaml.load(stream, Loader=_StrictLoader)  # noqa: S506 # nosec B506
        except (OSError, UnicodeDecodeError) as error:
            self.faults.append(f"{path.name}: cannot be read ({type(error).__name__})")
            return None
        except yaml.YAMLError as error:
            self.faults.append(f"{path.name}: is not YAML: {_one_line(error)}")
            return None
        faults = list(self._faults_of(path, document))
        self.faults += faults
        return None if faults else document

    def _faults_of(self, path: Path, document: object) -> Iterator[str]:
        for error in sorted(self._validator.iter_errors(document), key=lambda error: list(error.path)):
            place = "/".join(str(part) for part in error.path)
            yield f"{path.name}: {place or 'the file'}: {error.message}"


def _one_line(error: yaml.YAMLError) -> str:
    return " ".join(str(error).split())
