"""Where numbers come from, for one run and for many."""

import json
import platform
import subprocess
from importlib import metadata
from pathlib import Path

import pytest
from builders import provenance_of

from fmnist.runs import provenance
from fmnist.runs.provenance import cpu_name, describe_run, git_revision, package_versions


def test_a_run_is_described_in_plain_json() -> None:
    document = describe_run(device="cpu", engine="native", threads=2, data_sha256="abc", seconds=1.23456)
    assert sorted(document) == sorted(provenance_of())
    assert (document["device"], document["engine"], document["threads"]) == ("cpu", "native", 2)
    assert (document["data_sha256"], document["seconds"]) == ("abc", 1.235)
    assert json.loads(json.dumps(document)) == document


def test_versions_are_those_installed() -> None:
    versions = package_versions()
    assert versions["python"] == platform.python_version()
    assert versions["torch"] == metadata.version("torch")
    assert set(versions) == {"python", "torch", "torchvision", "numpy", "pandas", "matplotlib", "seaborn", "snakemake"}


def test_the_cpu_has_a_name() -> None:
    assert cpu_name().strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    author = ["-c", "user.name=A", "-c", "user.email=a@b.invalid"]
    (tmp_path / "x").write_text("1", encoding="utf-8")
    for command in (["init", "-q"], ["add", "x"], [*author, "commit", "-q", "-m", "A message"]):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True)
    return tmp_path


def test_the_git_revision_says_where_files_differ(repository: Path) -> None:
    head = subprocess.run(
        ["git", "-C", str(repository), "rev-parse", "HEAD"], capture_output=True, text=True, check=True
    )
    revision = head.stdout.strip()
    assert git_revision(repository) == revision
    (repository / "x").write_text("2", encoding="utf-8")
    assert git_revision(repository) == f"{revision}-dirty"


def test_a_tag_does_not_hide_the_revision(repository: Path) -> None:
    before = git_revision(repository)
    subprocess.run(["git", "-C", str(repository), "-c", "tag.gpgSign=false", "tag", "v1"], check=True)
    assert git_revision(repository) == before


def test_an_archive_inside_another_repository_has_no_revision(repository: Path) -> None:
    inside = repository / "unpacked"
    inside.mkdir()
    assert git_revision(inside) is None


def test_git_dir_in_the_environment_names_no_other_repository(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, elsewhere = git_revision(repository), tmp_path_factory.mktemp("elsewhere")
    monkeypatch.setenv("GIT_DIR", str(repository / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(elsewhere))
    assert git_revision(elsewhere) is None
    assert git_revision(repository) == before


def test_without_git_there_is_no_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert git_revision(tmp_path / "nowhere") is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_revision(Path(provenance.__file__).parent) is None
