"""Does what a Dockerfile says, in a directory, as far as that needs no engine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath

from tests.image.dockerfile import Copy, Run, Stage, Unknown, read_dockerfile, sent

BASE_PATH = "/usr/local/bin:/usr/bin:/bin"
WRITABLE = "/tmp"  # noqa: S108 - the image's own
_OURS = re.compile(r"(?<![\w./-])(?=/(?:app|build|opt|run|usr/local)(?:[/:]|$))")
_PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
_FOR_PIP = re.compile(r"PIP_.*|HOME|SSL_CERT_FILE|REQUESTS_CA_BUNDLE|.*_proxy", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Image:
    """The last stage, and the directory in which its files lie as they would below `/`.

    Only `tmp` may be written to, and `run` is empty: a container has other file systems there.
    """

    root: Path
    stage: Stage

    def at(self, path: str | PurePosixPath) -> Path:
        """Where a file of the image lies here."""
        return self.root / PurePosixPath(path).relative_to("/")

    def here(self, text: str) -> str:
        """A text with the image's own paths in it, as they are here."""
        return _OURS.sub(str(self.root), text)

    def environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """What a process in a container has, whose operator gives it this."""
        ours = {name: self.here(value) for name, value in {**self.stage.environment, **given}.items()}
        return {"HOME": "/", "TMPDIR": str(self.at(WRITABLE)), **_libraries(self.root), **ours}


def build(context: Path, root: Path) -> Image:
    """The image of a repository, in `root`, which is made. `subprocess.CalledProcessError` when a step fails.

    Each stage stands at the same place while it is worked on, as in an image: a virtual environment writes
    down where it is.
    """
    files = sent(context, (context / ".dockerignore").read_text(encoding="utf-8"))
    stages = read_dockerfile((context / "Dockerfile").read_text(encoding="utf-8"), BASE_PATH)
    for number, stage in enumerate(stages):
        if number:
            root.rename(root.with_name(str(stages[number - 1].name)))
        _lay_base(root)
        for step in stage.steps:
            if isinstance(step, Copy):
                _copy(step, root, context, files)
            else:
                run(step, Image(root, stage))
    _seal(root)
    return Image(root, stages[-1])


def _lay_base(root: Path) -> None:
    """In the place of the base image: this Python, and a pip and a setuptools, where that one has them."""
    local = root / "usr/local"
    (local / "bin").mkdir(parents=True)
    shutil.copy(Path(sys._base_executable).resolve(), local / "bin" / _PYTHON)  # type: ignore[attr-defined]
    for name in ("python", "python3"):
        (local / "bin" / name).symlink_to(_PYTHON)
    left_out = shutil.ignore_patterns(
        "site-packages", "dist-packages", "config-*", "test", "tests", "idlelib"
    )
    shutil.copytree(sysconfig.get_path("stdlib"), local / "lib" / _PYTHON, symlinks=True, ignore=left_out)
    if sysconfig.get_config_var("Py_ENABLE_SHARED"):
        library = Path(sysconfig.get_config_var("LIBDIR"), sysconfig.get_config_var("INSTSONAME"))
        shutil.copy(library, local / "lib")
    for tool in ("pip", "setuptools", "wheel"):
        _copy_distribution(tool, local / "lib" / _PYTHON / "site-packages")


def _copy_distribution(name: str, target: Path) -> None:
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return
    for file in found.files or ():
        source = Path(str(found.locate_file(file)))
        if ".." not in file.parts and source.exists():
            (target / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target / file)


def _libraries(root: Path) -> dict[str, str]:
    """Where a Python that is in a library finds it; the base image tells its linker."""
    shared = sysconfig.get_config_var("Py_ENABLE_SHARED")
    return {"LD_LIBRARY_PATH": str(root / "usr/local/lib")} if shared else {}


def _copy(step: Copy, root: Path, context: Path, files: Iterable[PurePosixPath]) -> None:
    target = root / step.target.relative_to("/")
    for source in step.sources:
        if step.stage is not None:
            origin = root.with_name(step.stage) / PurePosixPath(source).relative_to("/")
            shutil.copytree(origin, target, symlinks=True, dirs_exist_ok=True)
            continue
        below = [file for file in files if PurePosixPath(source) in (file, *file.parents)]
        if not below:
            raise FileNotFoundError(f"COPY {source}: nothing of it is sent to the builder")
        for file in below:
            place = target / (file.name if step.into else file.relative_to(source))
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(context / file, place)


def run(step: Run, image: Image) -> None:
    """Nothing but Python, and what changes files in the image; `Unknown` for whatever else, before any is done."""
    inherited = {name: value for name, value in os.environ.items() if _FOR_PIP.fullmatch(name)}
    given = {name: image.here(value) for name, value in step.environment.items()}
    environment = {**inherited, **_libraries(image.root), **given}
    directory = image.at(step.directory)
    directory.mkdir(parents=True, exist_ok=True)
    commands = [_known(command, image, given["PATH"]) for command in step.commands]
    for command in commands:
        subprocess.run(
            command,
            cwd=directory,
            env=environment,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )


def _known(command: Sequence[str], image: Image, path: str) -> tuple[str, ...]:
    """The command as it is run here; `Unknown` when it might touch anything outside the image."""
    words = [image.here(word) for word in command]
    program = shutil.which(words[0], path=path) or ""
    if words[0] == "python":
        known = program.startswith(f"{image.root}/")
    else:
        paths = [word for word in words[2:] if not re.fullmatch(r"[ugorwX=,]+", word)]
        inside = all(word.startswith(f"{image.root}/") and ".." not in word for word in paths)
        known = words[:2] in (["rm", "-rf"], ["chmod", "-R"]) and bool(paths) and inside
    if not known:
        raise Unknown(f"RUN {' '.join(command)}")
    return (program, *words[1:])


def _seal(root: Path) -> None:
    for folder, _, names in os.walk(root):
        for path in (Path(folder), *(Path(folder, name) for name in names)):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode & 0o555)
    root.chmod(0o755)
    for name in ("run", "tmp"):
        (root / name).mkdir()
    (root / "tmp").chmod(0o1777)


def unseal(root: Path) -> None:
    """Let it be removed, also by somebody who is not root."""
    for folder, _, _ in os.walk(root):
        Path(folder).chmod(0o755)
