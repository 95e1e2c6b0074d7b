"""Where numbers come from, for one run and for many."""

import json
import subprocess
from importlib import metadata
from pathlib import Path

import pytest
from builders import provenance_of

from fmnist.runs import provenance
from fmnist.runs.provenance import describe_run, git_revision


def test_a_run_is_described_in_plain_json() -> None:
    document = describe_run(device="cpu", engine="native", threads=2, data_sha256="abc", seconds=1.23456)
    assert sorted(document) == sorted(provenance_of())
    assert (document["device"], document["engine"], document["threads"]) == ("cpu", "native", 2)
    assert (document["data_sha256"], document["seconds"]) == ("abc", 1.235)
    assert json.loads(json.dumps(document)) == document
    assert document["versions"]["torch"] == metadata.version("torch")
    assert document["cpu"].strip()


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), "-c", "user.name=A", "-c", "user.email=a@b.invalid", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "x").write_text("1", encoding="utf-8")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "x")
    git(tmp_path, "commit", "-q", "-m", "A message")
    return tmp_path


def test_the_git_revision_says_where_files_differ_whatever_the_tags(repository: Path) -> None:
    revision = git(repository, "rev-parse", "HEAD")
    git(repository, "-c", "tag.gpgSign=false", "tag", "v1")
    assert git_revision(repository) == revision
    (repository / "x").write_text("2", encoding="utf-8")
    assert git_revision(repository) == f"{revision}-dirty"


def test_an_archive_inside_another_repository_has_no_revision(repository: Path) -> None:
    inside = repository / "unpacked"
    inside.mkdir()
    assert git_revision(inside) is None


def test_git_dir_names_no_other_repository(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "other").mkdir()
    monkeypatch.setenv("GIT_DIR", str(repository / ".git"))
    assert git_revision(tmp_path / "other") is None


def test_without_git_there_is_no_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert git_revision(tmp_path / "nowhere") is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_revision(Path(provenance.__file__).parent) is None
