"""Another project uses the workflow as a module: from a folder, and from a repository on GitHub."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml
from workflow_builders import Copy

pytestmark = pytest.mark.slow

CONFIG = {
    "seeds": 1,
    "data": {"folder": "tests/sample", "dataset": "sample"},  # of the module's project
    "report": {"title": "A small study"},
    "defaults": {"epochs": 1},
    "experiments": {
        "networks": {"section": "4-1", "title": "Fully connected network", "set": {"model": "fc"}},
        "pooling": {"section": "4-2-3", "title": "Pooling", "sweep": {"pooling": ["average", "max"]}},
    },
}
SNAKEFILE = """
configfile: "config.yaml"

module fmnist:
    snakefile: {source}
    config: config["study"]

use rule * from fmnist as fmnist_*

rule conclusion:
    default_target: True
    input: rules.fmnist_report.output.html
    output: "conclusion.txt"
    shell: "wc -c < {{input}} > {{output}}"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The other project, where an installed `fmnist` is not the module's."""
    folder = tmp_path / "project"
    (folder / "installed/fmnist").mkdir(parents=True)
    (folder / "installed/fmnist/__init__.py").write_text("raise ImportError('the package of another version')")
    (folder / "config.yaml").write_text(yaml.safe_dump({"study": CONFIG}, sort_keys=False), encoding="utf-8")
    return folder


def snakemake(project: Path, source: str, *arguments: str, **environment: str) -> str:
    (project / "Snakefile").write_text(SNAKEFILE.format(source=source), encoding="utf-8")
    answer = subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "2", *arguments],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project / "installed"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout + answer.stderr


def test_a_second_project_gets_its_report(tmp_path: Path, project: Path) -> None:
    copy = Copy(tmp_path / "fmnist")
    source = "'../fmnist/workflow/Snakefile'"
    snakemake(project, source)
    assert int((project / "conclusion.txt").read_text()) > 100_000
    assert "A small study" in (project / "results/report/index.html").read_text(encoding="utf-8")
    runs = pd.read_csv(project / "results/runs.csv")
    assert list(runs["run_id"]) == ["fc", "lenet5", "lenet5__pooling=max"]
    assert set(runs["epochs"]) == {1}
    assert not (copy.folder / "results").exists()
    assert "Nothing to be done" in snakemake(project, source, "--dry-run")


def test_a_repository_on_github_is_cloned_at_its_tag(tmp_path: Path, project: Path) -> None:
    """Git takes https://github.com/ for a folder here; Snakemake does not know."""
    repository = Copy(tmp_path / "github/someone/fmnist").folder
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "init.defaultBranch=main")
    for command in (["init"], ["add", "."], ["commit", "-m", "release"], ["tag", "v1"]):
        subprocess.run(["git", *identity, *command], cwd=repository, check=True, capture_output=True)
    git = tmp_path / "gitconfig"
    git.write_text(f'[url "file://{tmp_path}/github/"]\n\tinsteadOf = https://github.com/\n', encoding="utf-8")
    source = 'github("someone/fmnist", path="workflow/Snakefile", tag="v1")'
    data = "results/data/fashion_mnist.npz"
    snakemake(project, source, data, GIT_CONFIG_GLOBAL=str(git), XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert (project / data).exists()
    (clone,) = (project / ".snakemake/fmnist").iterdir()
    assert (clone / "report/claims.yaml").exists()
