"""Where numbers come from: versions, hardware, data and code of a run."""

import os
import platform
import subprocess
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from fmnist.common.validation import checked
from fmnist.runs.columns import Part

PROJECT = Path(__file__).resolve().parents[2]
# The packages that the report's numbers depend on.
PACKAGES = ("torch", "torchvision", "numpy", "pandas", "matplotlib", "seaborn", "snakemake")


class Summary(Part):
    """How many runs were made: each value that one of them has."""

    versions: dict[str, list[str]]  # by package
    platforms: list[str]
    cpus: list[str]
    threads: list[int]
    data_sha256: list[str]
    git_revisions: list[str | None]  # None: not known


def summary_of(run: Mapping[str, Any], place: str) -> Summary:
    """Return the summary of one run's provenance.json. Raises ConfigError where a value is missing or invalid."""
    versions = run.get("versions")
    names = {"platforms": "platform", "cpus": "cpu", "git_revisions": "git_revision"}
    names |= {key: key for key in ("threads", "data_sha256")}
    document = {key: [run.get(name)] for key, name in names.items()}
    if isinstance(versions, dict):
        versions = {name: [version] for name, version in versions.items()}
    return checked(Summary, {"versions": versions, **document}, place)


def describe_run(*, device: str, engine: str, threads: int, data_sha256: str, seconds: float) -> dict[str, Any]:
    """Return the provenance of one run, ready for JSON; `seconds` is its wall time."""
    return {
        "versions": {"python": platform.python_version(), **{name: metadata.version(name) for name in PACKAGES}},
        "platform": platform.platform(),
        "cpu": cpu_name(),
        "device": device,
        "engine": engine,
        "threads": threads,
        "data_sha256": data_sha256,
        "git_revision": git_revision(),
        "seconds": round(seconds, 3),
    }


def cpu_name() -> str:
    """Return the processor's name, as exactly as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def git_revision(project: Path = PROJECT) -> str | None:
    """Return the revision of the code, "-dirty" where files differ; None where the project is no repository.

    An archive of the project may be unpacked inside another repository, whose revision says nothing about it.
    """
    try:
        if Path(_git(project, "rev-parse", "--show-toplevel")) != project.resolve():
            return None
        return _git(project, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")
    except (OSError, subprocess.SubprocessError):
        return None


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    # GIT_DIR and its like name another repository than the folder's.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True, env=environment)
    return answer.stdout.removesuffix("\n")
