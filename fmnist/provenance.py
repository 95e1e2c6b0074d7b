"""Where numbers come from: versions, hardware, data and code of a run."""

import hashlib
import platform
import subprocess
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGES = ("torch", "torchvision", "numpy", "pandas", "matplotlib", "seaborn", "snakemake")


def describe_run(*, device: str, engine: str, threads: int, data_sha256: str, seconds: float) -> dict[str, Any]:
    """Return the provenance of one run, ready for JSON; `seconds` is its wall time."""
    return {
        "versions": package_versions(),
        "platform": platform.platform(),
        "cpu": cpu_name(),
        "device": device,
        "engine": engine,
        "threads": threads,
        "data_sha256": data_sha256,
        "git_revision": git_revision(),
        "seconds": round(seconds, 3),
    }


def package_versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that make the report's numbers."""
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in PACKAGES}}


def cpu_name() -> str:
    """Return the processor's name, as exactly as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def git_revision(folder: Path = Path(__file__).parent) -> str | None:
    """Return the revision of the code, "-dirty" where files differ; None without git."""
    command = ["git", "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def summarise(runs: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """Summarise (run id, provenance) pairs of many runs: every distinct value once."""
    pairs = list(runs)
    documents = [document for _, document in pairs]
    seconds: dict[str, list[float]] = {}
    for run_id, document in pairs:
        seconds.setdefault(run_id, []).append(float(document["seconds"]))
    return {
        "runs": len(pairs),
        "versions": _distinct_versions(documents),
        **{plural: _distinct(documents, key) for plural, key in _SUMMARISED.items()},
        "seconds_total": round(sum(map(sum, seconds.values())), 3),
        "seconds_by_run": {run_id: round(sum(s) / len(s), 3) for run_id, s in sorted(seconds.items())},
    }


_SUMMARISED = {
    "platforms": "platform",
    "cpus": "cpu",
    "devices": "device",
    "engines": "engine",
    "threads": "threads",
    "data_sha256": "data_sha256",
    "git_revisions": "git_revision",
}


def _distinct(documents: list[Mapping[str, Any]], key: str) -> list[Any]:
    return sorted({document[key] for document in documents if document[key] is not None})


def _distinct_versions(documents: list[Mapping[str, Any]]) -> dict[str, list[str]]:
    names = sorted({name for document in documents for name in document["versions"]})
    return {name: sorted({d["versions"][name] for d in documents if name in d["versions"]}) for name in names}
