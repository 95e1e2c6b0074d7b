"""Where numbers come from, for one run and for many."""

import hashlib
import json
import platform
import subprocess
from importlib import metadata
from pathlib import Path

import pytest
from builders import provenance_of

from fmnist.common.checksums import file_sha256
from fmnist.runs import provenance
from fmnist.runs.provenance import cpu_name, describe_run, git_revision, package_versions, summarise


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


def test_sha256_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"abc")
    assert file_sha256(tmp_path / "x") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert file_sha256(tmp_path / "x") == hashlib.sha256(b"abc").hexdigest()


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


def test_without_git_there_is_no_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert git_revision(tmp_path / "nowhere") is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_revision(Path(provenance.__file__).parent) is None


def test_many_runs_are_summarised_with_every_distinct_value_once() -> None:
    summary = summarise(
        [
            ("lenet5", provenance_of(seconds=10, threads=2)),
            ("lenet5", provenance_of(seconds=20, engine="native", cpu="Another CPU")),
            ("fc", provenance_of(seconds=1.5, git_revision=None, versions={"python": "3.12.1"})),
        ]
    )
    assert summary == {
        "runs": 3,
        "reused": [],
        "versions": {"python": ["3.11.0", "3.12.1"], "torch": ["2.9.0"]},
        "platforms": ["Linux"],
        "cpus": ["A CPU", "Another CPU"],
        "devices": ["cpu"],
        "engines": ["native", "torch"],
        "threads": [1, 2],
        "data_sha256": ["d" * 64],
        "git_revisions": ["f" * 40],
        "seconds_total": 31.5,
        "seconds_by_run": {"fc": 1.5, "lenet5": 15.0},
    }


def test_of_a_reused_run_every_value_that_may_be_its_own_counts() -> None:
    one_of = {"versions": {"python": ["3.9", "3.11.0"]}, "cpus": ["B", "C"], "git_revisions": ["1", "2"]}
    kept = {"reused_from": "kept", "device": "cuda", "engine": "torch", "seconds": 3.0, "data_sha256": "d" * 64}
    summary = summarise([("fc", provenance_of()), ("fc", {**kept, "one_of": one_of}), ("lenet5", kept)])
    assert summary["reused"] == [{"from": "kept", "runs": 2, "git_revisions": ["1", "2"]}]
    assert summary["versions"] == {"python": ["3.11.0", "3.9"], "torch": ["2.9.0"]}
    assert (summary["cpus"], summary["devices"]) == (["A CPU", "B", "C"], ["cpu", "cuda"])
    assert summary["git_revisions"] == ["1", "2", "f" * 40]
    assert summary["platforms"] == ["Linux"]


def test_no_runs_are_summarised_too() -> None:
    assert summarise([])["runs"] == 0
