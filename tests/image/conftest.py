"""The image, put together once."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.settings import REPOSITORY
from tests.image.building import Image, build, unseal


@pytest.fixture(scope="session")
def image() -> Iterator[Image]:
    """Where every account may enter, which pytest's own directories do not let them."""
    folder = Path(tempfile.mkdtemp(prefix="goldenhour-image-"))
    folder.chmod(0o755)
    try:
        yield build(REPOSITORY, folder / "image")
    finally:
        unseal(folder)
        shutil.rmtree(folder)
