"""Bad input, through Snakemake as a user meets it: one sentence, no job started, no file written."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from builders import ROOT

pytestmark = pytest.mark.slow


def error_of(folder: Path, *arguments: str) -> str:
    """Return the error of a run that must fail before any job starts or file is written."""
    before = files_of(folder)
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile"), "--cores", "1"]
    answer = subprocess.run([*command, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert answer.returncode != 0
    assert "Traceback" not in answer.stderr
    assert files_of(folder) == before
    error = answer.stderr[answer.stderr.index("Error: ") :].strip()
    assert len(error.splitlines()) <= 3
    return error


def files_of(folder: Path) -> list[str]:
    """List a folder without Snakemake's own notes, which it writes before it reads a workflow."""
    return sorted(path.name for path in folder.iterdir() if path.name != ".snakemake")


WITHOUT_CUDA = pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has CUDA")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "config.yaml", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("seeds=abc", ["config.yaml", "seeds", "'abc'"]),
        ("seeds=1;--;results/runs/lenet5__epochs=3/seed=0/metrics.json", ["'lenet5__epochs=3'"]),
        ("results=config.yaml", ["results", "'config.yaml'", "is a file"]),
        ("reuse=nowhere", ["reuse", "'nowhere'"]),
        ("data={folder: ~nobody-of-that-name/data}", ["data.folder", "'~nobody-of-that-name/data'"]),
        pytest.param("device=cuda", ["device is 'cuda'"], marks=WITHOUT_CUDA),
        pytest.param("engine=graph", ["engine is 'graph'", "no CUDA GPU here"], marks=WITHOUT_CUDA),
    ],
)
def test_a_fault_on_the_command_line_is_named(folder: Path, arguments: str, words: list[str]) -> None:
    error = error_of(folder, "--config", *arguments.split(";"))
    assert [word for word in words if word not in error] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["SEEDS=1e3"], "SEEDS is '1e3'"),
        (["EXTENSIONS=yes"], "EXTENSIONS is 'yes'"),
        (["SEEDS=5", "ARGS=--config device=cpu"], "ARGS has --config beside SEEDS"),
    ],
)
def test_what_make_would_pass_on_wrongly_is_refused(arguments: list[str], words: str) -> None:
    command = ["make", "-n", "-o", ".venv/ready", "report", *arguments]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode != 0
    assert words in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_layered_configs_are_named_in_their_order(folder: Path) -> None:
    (folder / "mine.yaml").write_text("defaults: {colour: red}\n", encoding="utf-8")
    error = error_of(folder, "--configfile", "config.yaml", "mine.yaml")
    assert error.startswith("Error: config.yaml, mine.yaml: ")
    assert "colour" in error


@pytest.mark.parametrize(
    ("content", "word"),
    [("results: results\nseeds: [0\ndevice: cpu\n", "line 3, column 7"), (None, "does not exist")],
)
def test_a_file_that_is_no_config_is_named(tmp_path: Path, content: str | None, word: str) -> None:
    if content is not None:
        (tmp_path / "config.yaml").write_text(content, encoding="utf-8")
    error = error_of(tmp_path)
    assert error.startswith("Error: config.yaml")
    assert word in error


@pytest.mark.parametrize("target", ["nowhere", "results"], ids=["dangles", "loops"])
@pytest.mark.parametrize("options", [[], ["-n"]])
def test_a_broken_link_in_place_of_the_results_is_named(folder: Path, target: str, options: list[str]) -> None:
    (folder / "results").symlink_to(target)
    assert "'results' is a broken link" in error_of(folder, *options)


def test_a_file_in_place_of_a_folder_of_the_results_is_named(folder: Path) -> None:
    (folder / "results").mkdir()
    (folder / "results/runs").touch()
    assert "'results/runs' is a file" in error_of(folder, "-n")


@pytest.mark.parametrize("options", [[], ["-n"]])
def test_a_project_that_cannot_be_written_to_is_named(folder: Path, options: list[str]) -> None:
    folder.chmod(0o555)
    if os.access(folder, os.W_OK):
        pytest.skip("root can write everywhere")
    assert f"'{folder}' cannot be written to" in error_of(folder, *options)
