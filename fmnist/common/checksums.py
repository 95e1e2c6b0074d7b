"""Lists of SHA-256 checksums, one file a line, as `sha256sum` writes them."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from fmnist.common.errors import DataError
from fmnist.common.files import read_bytes

DATA = "data"  # names the whole data set in the list of what decides the runs' numbers
LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")


def checksum_list(files: Mapping[str, Path]) -> str:
    """Return the list of these files, each under its key, in the order given."""
    return "".join(f"{file_sha256(path)}  {name}\n" for name, path in files.items())


def read_checksums(path: Path) -> dict[str, str]:
    """Return the SHA-256 of every file that a list names, by its name.

    Raises DataError where the list cannot be read, is empty or holds any other line.
    """
    try:
        found = [LINE.fullmatch(line) for line in read_bytes(path).decode().splitlines()]
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read ({error}); delete it, and the next run writes it again.") from None
    if not found or None in found:
        raise DataError(f"{path} is not a list of SHA-256 checksums; delete it, and the next run writes it again.")
    return {match[2]: match[1] for match in found if match}


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
