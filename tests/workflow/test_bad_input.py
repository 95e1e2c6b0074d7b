"""Bad input, through Snakemake as a user meets it: one sentence, no job started, no file written."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from builders import ROOT

pytestmark = pytest.mark.slow

LAUGHS = "\n".join(["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40))])


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


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "config.yaml", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("defaults: {}", "defaults: {colour: red}", ["defaults", "colour"]),
        ("defaults: {}", "defaults: {learning_rate: 1e-3}", ["defaults.learning_rate", "'1e-3'"]),
        ("defaults: {}", "defaults: {batch_size: -5}", ["defaults.batch_size", "-5"]),
        ("  pooling:\n    section", "  ../pooling:\n    section", ["experiments", "../pooling"]),
        ("  dropout:\n    section", "  pooling:\n    section", ["'pooling'", "line"]),
    ],
)
def test_a_fault_in_the_config_is_named(folder: Path, old: str, new: str, words: list[str]) -> None:
    path = folder / "config.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    error = error_of(folder)
    assert [word for word in ["Error: config.yaml", *words] if word not in error] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("seeds=abc", ["seeds", "'abc'"]),
        ("seeds=", ["seeds", "null"]),
        ("colour=red", ["colour"]),
        ("defaults={epochs: 0}", ["epochs", "0"]),
        ("results=../elsewhere", ["results", "'../elsewhere'"]),
        ("results=config.yaml", ["results", "'config.yaml'", "is a file"]),
        ("reuse=nowhere", ["reuse", "'nowhere'"]),
        ("data={folder: ~nobody-of-that-name/data}", ["data.folder", "'~nobody-of-that-name/data'"]),
    ],
)
def test_a_fault_on_the_command_line_is_named(folder: Path, arguments: str, words: list[str]) -> None:
    error = error_of(folder, "--config", arguments)
    assert [word for word in words if word not in error] == []


def test_layered_configs_are_named_in_their_order(folder: Path) -> None:
    (folder / "mine.yaml").write_text("defaults: {colour: red}\n", encoding="utf-8")
    error = error_of(folder, "--configfile", "config.yaml", "mine.yaml")
    assert error.startswith("Error: config.yaml, mine.yaml: ")
    assert "colour" in error


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "null"),
        ("a: 1\n".encode("utf-16"), "utf-8"),
        (LAUGHS.encode(), "1,000,000 values"),
        (b"results: results\nseeds: [0\ndevice: cpu\n", "line 3, column 7"),
        (None, "does not exist"),
    ],
    ids=["empty", "UTF-16", "laughs", "no YAML", "missing"],
)
def test_a_file_that_is_no_config_is_named(tmp_path: Path, content: bytes | None, word: str) -> None:
    if content is not None:
        (tmp_path / "config.yaml").write_bytes(content)
    error = error_of(tmp_path)
    assert error.startswith("Error: config.yaml")
    assert word in error


def test_a_device_that_is_not_there_is_named(folder: Path) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has CUDA")
    assert "device is 'cuda'" in error_of(folder, "--config", "device=cuda")


def test_a_run_that_no_experiment_has_is_named(folder: Path) -> None:
    assert "'lenet5__epochs=3'" in error_of(folder, "results/runs/lenet5__epochs=3/seed=0/metrics.json")
