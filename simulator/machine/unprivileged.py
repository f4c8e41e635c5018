"""Runs a program as another account than root: `unprivileged.py UID GID DIRECTORY PROGRAM ARGUMENT...`.

PostgreSQL refuses to run as root. The account that it gets instead often cannot enter the directory of the
project, when that lies in root's home. So the one capability to pass closed directories is kept, and
nobody's permissions are changed and no account is made.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

# From the kernel's headers linux/prctl.h, linux/securebits.h and linux/capability.h.
_PR_SET_KEEPCAPS = 8
_PR_SET_SECUREBITS = 28
_NO_SETUID_FIXUP = 1 << 2
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522


def main(uid: int, gid: int, directory: Path, command: list[str]) -> None:
    """Become the account and then the program; ends with a sentence when that is not permitted."""
    linux = sys.platform == "linux"
    if linux:
        system = ctypes.CDLL(None)
        # access(2), by which PostgreSQL looks for its own programs, forgets capabilities without this bit.
        system.prctl(_PR_SET_SECUREBITS, _NO_SETUID_FIXUP, 0, 0, 0)
        system.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if linux:
        _pass_closed_directories()
    try:
        os.chdir(directory)
        os.execv(command[0], command)  # noqa: S606 - no shell is wanted
    except PermissionError as error:
        sys.exit(
            f"the account with number {uid} may not use {error.filename or command[0]}: "
            "let others pass its parent directories (chmod o+x), or run as an account that is not root"
        )


def _pass_closed_directories() -> None:
    """Where a sandbox refuses this, only what is open to everybody can be used, and `main` says so."""
    kept = 1 << _CAP_DAC_OVERRIDE
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)(kept, kept, kept, 0, 0, 0)
    system = ctypes.CDLL(None)
    system.capset(header, sets)
    system.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:])
