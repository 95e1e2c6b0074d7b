"""Where numbers come from: versions, hardware, data and code of a run."""

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


def provenance_fault(document: Any) -> str | None:
    """Say what keeps a run's provenance.json from being summarised; None where nothing does."""
    if not isinstance(document, dict):
        return f"holds {document!r:.60}, which is no mapping"
    if isinstance(document.get("seconds"), bool) or not isinstance(document.get("seconds"), int | float):
        return "holds no number as its seconds"
    texts = {"device": document.get("device"), "engine": document.get("engine")}
    faults = [key for key, value in texts.items() if not isinstance(value, str)]
    faults += [key for key in _SUMMARISED.values() if isinstance(document.get(key), list | dict)]
    faults += [key for key in ("versions", "one_of") if not isinstance(document.get(key, {}), dict)]
    return f"holds {faults[0]} {document.get(faults[0])!r:.60}, which is none" if faults else None


def summarise(runs: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """Summarise (run id, provenance) pairs of many runs: every distinct value once.

    Of a run that was reused, several values can be known, of which one is its own: all of them count.
    """
    pairs = list(runs)
    documents = [document for _, document in pairs]
    seconds: dict[str, list[float]] = {}
    for run_id, document in pairs:
        seconds.setdefault(run_id, []).append(float(document["seconds"]))
    return {
        "runs": len(pairs),
        "reused": _reused(documents),
        "versions": _distinct_versions(documents),
        **{plural: _distinct(documents, key, plural) for plural, key in _SUMMARISED.items()},
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


def _reused(documents: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return from where how many runs were reused, and which revisions of the code had trained them."""
    folders = sorted({document["reused_from"] for document in documents if "reused_from" in document})
    own = {folder: [d for d in documents if d.get("reused_from") == folder] for folder in folders}
    return [
        {"from": folder, "runs": len(found), "git_revisions": _distinct(found, "git_revision", "git_revisions")}
        for folder, found in own.items()
    ]


def _distinct(documents: list[Mapping[str, Any]], key: str, plural: str) -> list[Any]:
    found = {value for document in documents for value in _values(document, key, plural)}
    return sorted(found - {None})


def _values(document: Mapping[str, Any], key: str, plural: str) -> list[Any]:
    """Return a run's own value, or else those of which it has one."""
    return [document[key]] if key in document else list(document.get("one_of", {}).get(plural, []))


def _distinct_versions(documents: list[Mapping[str, Any]]) -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    for document in documents:
        own = {name: [version] for name, version in document.get("versions", {}).items()}
        for name, versions in (own or document.get("one_of", {}).get("versions", {})).items():
            found.setdefault(name, set()).update(versions)
    return {name: sorted(versions) for name, versions in sorted(found.items())}
