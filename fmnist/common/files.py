"""Write files so that each is either complete or absent, and read them within bounds."""

import contextlib
import fcntl
import glob
import json
import secrets
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from fmnist.common.errors import DataError

MOST_READ = 1 << 26  # bytes of one file: a loss.csv of 20,000 runs
MOST_UNPACKED = 1 << 28  # bytes of all arrays of an archive: the predictions of 25,000 runs


@contextlib.contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`, and rename it to `path` if the body succeeds.

    Deletes the temporary files that killed processes left for the same `path`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _delete_leftovers(path)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}{path.suffix}")
    with temporary.open("xb") as stream:
        try:
            _lock(stream)
            yield temporary
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def _delete_leftovers(path: Path) -> None:
    # Eight characters are what token_hex(4) makes.
    for leftover in path.parent.glob(f".{glob.escape(path.name)}.????????{glob.escape(path.suffix)}"):
        with contextlib.suppress(OSError), leftover.open("rb") as stream:
            if _lock(stream):
                leftover.unlink()


def _lock(stream: IO[bytes]) -> bool:
    """Lock an open file until it is closed; returns whether the file system and other processes allow it."""
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically, as UTF-8 with Unix line ends."""
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: Path, document: Any) -> None:
    """Write JSON atomically, with sorted keys so that equal content gives equal bytes.

    Raises ValueError for NaN and infinity, which JSON cannot hold.
    """
    write_text(path, json.dumps(document, indent=2, sort_keys=True, allow_nan=False) + "\n")


def read_bytes(path: Path, most: int = MOST_READ) -> bytes:
    """Return what a file holds. Raises ValueError where that is more bytes than `most`, OSError as usual."""
    with path.open("rb") as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        raise ValueError(f"it has more than {most >> 20} MiB")
    return content


def read_arrays(path: Path, names: Sequence[str], remedy: str) -> list[Any]:
    """Return the arrays with these names in an .npz. Raises DataError, which ends in the remedy, for any other file."""
    import numpy as np  # here, since planning reads files and no arrays

    try:
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > MOST_UNPACKED:
                raise ValueError(f"it unpacks to more than {MOST_UNPACKED >> 20} MiB")
        with np.load(path, allow_pickle=False) as arrays:
            return [np.asarray(arrays[name]) for name in names]
    except Exception as error:  # NumPy raises nearly anything over a broken file, and may quote pages of it
        raise DataError(f"{path} cannot be read ({error!r:.100}); {remedy}.") from None
