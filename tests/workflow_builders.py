"""What the tests of the whole workflow share: a copy of the project, and the jobs of single scripts."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from builders import CONFIG, ROOT, SAMPLE, job, plan_of, script

QUICK = ("--configfile", "config.yaml", "config.quick.yaml")
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".*venv*", ".snakemake", "results", "reference", "containers", "*_cache", "__pycache__"
)
RUN_FILES = {
    "metrics": "metrics.json",
    "loss": "loss.csv",
    "predictions": "predictions.npy",
    "provenance": "provenance.json",
}
# Two runs of a small network for one epoch; the original reports an accuracy of both.
SMALL_PLAN = plan_of(
    {"activation": {"sweep": {"activation": ["tanh", "relu"]}}},
    {"defaults/epochs": 1, "models/lenet5/channels": [2, 4, 8]},
)


class Copy:
    """A copy of the project in its own folder, and Snakemake in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT, folder, ignore=NOT_COPIED, dirs_exist_ok=True)

    def snakemake(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "snakemake", "--cores", "2", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=environment(self.folder), capture_output=True, text=True, check=False
        )

    def succeeds(self, *arguments: str) -> str:
        """Run Snakemake, which must succeed; return all that it printed."""
        answer = self.snakemake(*arguments)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout + answer.stderr

    def planned(self, *arguments: str) -> dict[str, int]:
        """Return how many jobs of each rule a dry run plans."""
        printed = self.succeeds("--dry-run", "--quiet", "rules", *arguments)
        return {rule: int(count) for rule, count in re.findall(r"^(\w+) +(\d+)$", printed, re.MULTILINE)}

    def append(self, path: str, text: str) -> None:
        with (self.folder / path).open("a", encoding="utf-8") as stream:
            stream.write(text)


def environment(folder: Path, home: Path | None = None, **more: str) -> dict[str, str]:
    """Return the environment in which the package of this folder, not the installed one, is imported."""
    paths = filter(None, [str(folder), more.pop("PYTHONPATH", None)])
    return {"PATH": "/usr/bin:/bin", "HOME": str(home or folder), "PYTHONPATH": os.pathsep.join(paths), **more}


def keep_experiments(folder: Path, *names: str, **defaults: Any) -> None:
    """Leave only these experiments in the config of a copy, and change some default settings."""
    path = folder / "config.yaml"
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    config["experiments"] = {name: config["experiments"][name] for name in names}
    config["defaults"].update(defaults)
    path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")


def prepare(arrays: Path) -> Path:
    """Prepare the sample of tests/sample by the script of the data rule; the checksum file lies beside it."""
    output = {"arrays": arrays, "checksum": arrays.with_suffix(".sha256")}
    script("prepare_data").main(job(output=output, params={"folder": SAMPLE, "dataset": "sample"}))
    return arrays


def training_state(arrays: Path, *code: Path) -> Path:
    """Write the checksums of two modules and of the data beside the arrays, by the script; return their path."""
    state = arrays.with_name("training_state.sha256")
    code = code or (ROOT / "fmnist/training/models.py", ROOT / "fmnist/training/native/build.py")
    script("training_state").main(
        job(input={"code": code, "data": arrays.with_suffix(".sha256")}, output={"only": state})
    )
    return state


def train_job(arrays: Path, folder: Path, run_id: str, seed: int, **config: Any) -> Any:
    """Return the job of workflow/scripts/train.py that writes the files of a run of SMALL_PLAN into a folder."""
    return job(
        input={"arrays": arrays, "state": training_state(arrays)},
        output={key: folder / name for key, name in RUN_FILES.items()},
        params={
            "settings": SMALL_PLAN.runs[run_id],
            "checkpoint": folder / f"checkpoints/{run_id}/seed={seed}.pt",
        },
        wildcards={"run_id": run_id, "seed": str(seed)},
        resources={"gpu": 0},
        config={**CONFIG, "device": "cpu", **config},
        threads=1,
    )
