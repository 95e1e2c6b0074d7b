"""Bad input, through Snakemake as a user meets it: one sentence, nothing started, nothing written."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]


def snakemake(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(PROJECT / "Snakefile"), "--cores", "1"]
    return subprocess.run([*command, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def files_of(folder: Path) -> list[str]:
    """What lies in a folder, but for Snakemake's own notes, which it takes before it reads a workflow."""
    return sorted(path.name for path in folder.iterdir() if path.name != ".snakemake")


def sentence(folder: Path, *arguments: str) -> str:
    """The error of a run that must fail before any job starts."""
    answer = snakemake(folder, *arguments)
    assert answer.returncode != 0
    assert not (folder / "results").exists()
    assert "Traceback" not in answer.stderr
    (line,) = [line for line in answer.stderr.splitlines() if line.startswith("Error: ")]
    return line


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(PROJECT / "config.yaml", tmp_path)
    return tmp_path


def replace(folder: Path, old: str, new: str) -> None:
    path = folder / "config.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "key", "value", "allowed"),
    [
        ("  batch_size: 100\n", "  batch_size: 100\n  colour: red\n", "defaults.colour", "colour", "batch_size"),
        ("optimizer: adam ", "optimizer: adan ", "defaults.optimizer", "'adan'", "adam, sgd, rmsprop"),
        (
            "learning_rate: 0.001\n  momentum",
            "learning_rate: 1e-3\n  momentum",
            "learning_rate",
            "'1e-3'",
            "write 0.001",
        ),
        ("batch_size: 100\n", "batch_size: -5\n", "defaults.batch_size", "-5", "at least 1"),
        ("epochs: 20", "epochs: 0", "defaults.epochs", "0", "at least 1"),
        ("seeds: 3", "seeds: [0, 0]", "seeds", "[0, 0]", "different whole numbers"),
        ("  pooling:\n    section", "  ../pooling:\n    section", "experiments", "'../pooling'", "letters, digits"),
        ("  dropout:\n    section", "  pooling:\n    section", "'pooling'", "twice", "once"),
    ],
)
def test_a_fault_in_the_config_is_one_sentence(
    folder: Path, old: str, new: str, key: str, value: str, allowed: str
) -> None:
    replace(folder, old, new)
    error = sentence(folder)
    assert error.startswith("Error: config.yaml")
    assert key in error
    assert value in error
    assert allowed in error


@pytest.mark.parametrize("given", [["mine.yaml"], ["config.yaml", "mine.yaml"]])
def test_layered_configs_are_named_in_their_order(folder: Path, given: list[str]) -> None:
    (folder / "mine.yaml").write_text("defaults: {colour: red}\n", encoding="utf-8")
    error = sentence(folder, "--configfile", *given)
    assert error.startswith("Error: config.yaml, mine.yaml: unknown key 'defaults.colour'")


def test_a_missing_config_is_one_sentence(tmp_path: Path) -> None:
    assert sentence(tmp_path) == "Error: config.yaml does not exist; give a YAML file that does."


def test_yaml_that_does_not_parse_is_one_sentence_with_its_line(folder: Path) -> None:
    (folder / "config.yaml").write_text("results: results\nseeds: [0\ndevice: cpu\n", encoding="utf-8")
    assert sentence(folder).startswith("Error: config.yaml is not valid YAML: line 3, column 7:")


def test_a_device_that_is_not_there_is_one_sentence_before_any_job(folder: Path) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has CUDA")
    assert "device is 'cuda'" in sentence(folder, "--config", "device=cuda")


def test_a_run_that_no_experiment_has_is_one_sentence(folder: Path) -> None:
    assert "'lenet5__epochs=3'" in sentence(folder, "results/runs/lenet5__epochs=3/seed=0/metrics.json")


def test_reuse_of_the_results_themselves_is_one_sentence(folder: Path) -> None:
    error = sentence(folder, "--config", f"reuse={folder}/results")
    assert f"reuse is '{folder}/results', where the results are written to; allowed: null, or another" in error


def test_reuse_of_runs_with_other_settings_is_one_sentence(folder: Path) -> None:
    replace(folder, "epochs: 20", "epochs: 2")
    error = sentence(folder, "--config", "reuse=reference")
    assert "reuse is 'reference'" in error
    assert "its run 'fc' has epochs 20, and the config 2; allowed: null, or runs with the config's settings." in error
    assert files_of(folder) == ["config.yaml"]


def test_reuse_of_runs_on_other_data_is_one_sentence(folder: Path) -> None:
    replace(folder, "checksums: fashion_mnist", "checksums: sample")
    error = sentence(folder, "--config", "reuse=reference")
    assert "trained on data with the hash d0a13531871adf77... (provenance.json)" in error
    assert "data.dataset 'sample'" in error
    assert files_of(folder) == ["config.yaml"]


LAUGHS = "\n".join(["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40))])


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("seeds=abc", ["seeds is the text 'abc'", "a list of different whole numbers"]),
        ("seeds=", ["seeds is null", "a list of different whole numbers"]),
        ("extensions=maybe", ["extensions is the text 'maybe'", "true or false"]),
        ("colour=red", ["unknown key 'colour'", "results, seeds"]),
        ("defaults={epochs: 0}", ["defaults.epochs is the text '0'", "a whole number"]),
        ("results=../elsewhere", ["results is the text '../elsewhere'", "a folder below this one"]),
        ("results=reference", ["results is the text 'reference'", "not the project's own"]),
        ("results=config.yaml", ["results is 'config.yaml'", "is a file", "a folder"]),
        ("reuse=nowhere", ["reuse is 'nowhere'", "is no folder", "null, or a folder with runs.csv"]),
        ("reuse=docs", ["reuse is 'docs'", "lacks runs.csv, loss.csv, provenance.json", "null, or a folder"]),
        ("reuse=~nobody-of-that-name/x", ["reuse is '~nobody-of-that-name/x'", "a path, or null"]),
        ("data={folder: ~nobody-of-that-name/data}", ["data.folder is '~nobody-of-that-name/data'", "a path, or null"]),
    ],
)
def test_a_fault_on_the_command_line_is_one_sentence_and_leaves_no_file(
    folder: Path, override: str, words: list[str]
) -> None:
    error = sentence(folder, "--config", override)
    assert [word for word in words if word not in error] == []
    assert files_of(folder) == ["config.yaml"]


@pytest.mark.parametrize(
    ("content", "word"),
    [(b"", "null"), (b"- 1\n", "[1]"), ("a: 1\n".encode("utf-16"), "utf-8"), (LAUGHS.encode(), "1,000,000 values")],
    ids=["empty", "a list", "UTF-16", "laughs"],
)
def test_a_file_that_is_no_config_is_one_sentence_and_leaves_no_file(tmp_path: Path, content: bytes, word: str) -> None:
    (tmp_path / "config.yaml").write_bytes(content)
    error = sentence(tmp_path)
    assert error.startswith("Error: config.yaml")
    assert word in error
    assert files_of(tmp_path) == ["config.yaml"]
