"""Atomic writing, so that a file is whole or not there."""

import contextlib
import fcntl
import glob
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any


@contextlib.contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`, and rename it into place on success.

    What a killed process left of its own writing of `path` is deleted; what another process is
    writing stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _delete_leftovers(path)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix)
    temporary = Path(name)
    try:
        _lock(handle)
        yield temporary
        temporary.chmod(0o644)  # mkstemp's 0600 would hide results from colleagues
        temporary.replace(path)
    finally:
        os.close(handle)
        temporary.unlink(missing_ok=True)


def _delete_leftovers(path: Path) -> None:
    # mkstemp puts eight characters where the question marks stand.
    for leftover in path.parent.glob(f".{glob.escape(path.name)}.????????{glob.escape(path.suffix)}"):
        with contextlib.suppress(OSError), leftover.open("rb") as stream:
            if _lock(stream.fileno()):
                leftover.unlink()


def _lock(handle: int) -> bool:
    """Lock an open file until it is closed or the process ends; tell whether that could be done."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # it is another's, or the file system knows no locks
        return False
    return True


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically, as UTF-8 with Unix line ends."""
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: Path, document: Any) -> None:
    """Write JSON atomically; sorted, so that equal content is equal bytes.

    Raises ValueError for NaN and infinity, which JSON does not know.
    """
    write_text(path, json.dumps(document, indent=2, sort_keys=True, allow_nan=False) + "\n")
