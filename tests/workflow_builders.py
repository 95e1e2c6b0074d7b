"""What the tests of the whole workflow share: a copy of the project, and the jobs that prepare the data."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml
from builders import ROOT, SAMPLE, job, script

QUICK = ("--configfile", "config.yaml", "config.quick.yaml")
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".*venv*", ".snakemake", "results", "reference", "containers", "*_cache", "__pycache__"
)


class Copy:
    """A copy of the project in its own folder, and Snakemake in it."""

    def __init__(self, folder: Path, cores: int = 2) -> None:
        self.folder = folder
        self.cores = cores
        shutil.copytree(ROOT, folder, ignore=NOT_COPIED, dirs_exist_ok=True)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start Snakemake, as the leader of a process group, with its caches beside the folder."""
        return subprocess.Popen(
            [sys.executable, "-m", "snakemake", "--cores", str(self.cores), *arguments],
            cwd=self.folder,
            env={"PATH": "/usr/bin:/bin", "HOME": str(self.folder.parent), **own_package(self.folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def snakemake(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        with self.start(*arguments) as process:
            output = process.communicate(timeout=600)
        return subprocess.CompletedProcess(arguments, process.returncode, *output)

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


def own_package(folder: Path) -> dict[str, str]:
    """Return the variable that lets Python import the package of this folder, not the installed one."""
    paths = filter(None, [str(folder), os.environ.get("PYTHONPATH")])
    return {"PYTHONPATH": os.pathsep.join(paths)}


def keep_experiments(folder: Path, *names: str) -> None:
    """Leave only these experiments in the config of a copy."""
    path = folder / "config.yaml"
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    config["experiments"] = {name: config["experiments"][name] for name in names}
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
