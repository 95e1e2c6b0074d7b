"""Lists of checksums are read back exactly, and anything else is refused."""

import hashlib
from pathlib import Path

import pytest

from fmnist.common.checksums import checksum_list, read_checksums
from fmnist.common.errors import DataError

DIGEST = "0123456789abcdef" * 4


def test_a_list_reads_back(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"alpha")
    (tmp_path / "b c").write_bytes(b"")
    text = checksum_list({"x/b c": tmp_path / "b c", "a": tmp_path / "a"})
    (tmp_path / "list").write_text(text, encoding="utf-8")
    found = read_checksums(tmp_path / "list")
    assert found == {"x/b c": hashlib.sha256(b"").hexdigest(), "a": hashlib.sha256(b"alpha").hexdigest()}
    assert text.splitlines()[1] == f"{found['a']}  a"


@pytest.mark.parametrize("content", ["", DIGEST, f"{DIGEST} a\n", f"{DIGEST[1:]}  a\n", f"{DIGEST}  a\n\n"])
def test_anything_else_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "list").write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=r"list is not a list of SHA-256 checksums; delete it"):
        read_checksums(tmp_path / "list")


@pytest.mark.parametrize("content", [b"\xff\xfe", None], ids=["binary", "missing"])
def test_what_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "list").write_bytes(content)
    with pytest.raises(DataError, match=r"list cannot be read \(.*\); delete it"):
        read_checksums(tmp_path / "list")
