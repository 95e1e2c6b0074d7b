"""Inject every fault and write what came of it into docs/faults.md: make test-faults.

python tests/faults/run.py WORD ... injects those whose names contain a word, and writes their lines.
Ends with 1 where an outcome is not as expected.
"""

import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from builders import ROOT
from faults import damage, disk, kills

PAGE = ROOT / "docs/faults.md"
BEGIN, END = "<!-- make test-faults writes from here -->\n", "<!-- to here -->\n"
HEADER = ("| fault | how it was injected | times | outcome |", "|---|---|---:|---|")
BAD = "**not as it should be**"


@dataclass(frozen=True)
class Fault:
    name: str
    # In an empty folder; its docstring says how. Returns how often. AssertionError: it did not end as expected.
    inject: Callable[[Path], int]
    expected: str  # what comes of it every time
    fast: bool = False  # also among the tests that `make test` runs


UNLOCKED = "the next start says that the folder is locked, and how to unlock it; then it goes on, to the same bytes"
REFUSED = "`gather` refuses it and names the folder to delete; then the same bytes"
RESUMED = "the same bytes when started again, and no other file is left"
SECOND = "the second ends with Snakemake's sentence; the first is undisturbed"
NOT_HALF = "the half file never has its real name, and is deleted once the data is prepared"
ROOM = "one sentence; after making room the same command goes on, to the same bytes"
WRITABLE = "one sentence; when it can be written to again, the same bytes"
HARMLESS = "refused, or, where the byte is one of a date and such, the same images"
SPOILT = "read as it was, or one sentence; at most 1 GB of memory and 30 s"
PLANNED = "planned, or one sentence"
DELETE = "every training ends with one sentence that says to delete it; then the same bytes"
PARTIAL = "the others are trained, and the end says how to go on; the partial report names it; later the same bytes"

FAULTS = (
    Fault("Training killed", kills.one_training, "metrics, losses and predictions byte for byte"),
    Fault("Training killed in between two files", kills.between_files, RESUMED, fast=True),
    Fault("Snakemake killed", kills.driver, UNLOCKED),
    Fault("Snakemake and all its jobs killed", kills.driver_and_jobs, UNLOCKED),
    Fault("Two Snakemakes, one after the other", kills.second_snakemake, SECOND),
    Fault("A download killed half-way", kills.download, NOT_HALF, fast=True),
    Fault("Disk full: results and checkpoints", disk.results_full, ROOM),
    Fault("Files cannot grow", disk.file_size, "one sentence, no metrics; without the limit the same bytes", fast=True),
    Fault("Results that cannot be written", disk.cannot_be_written, WRITABLE),
    Fault("A file of a run deleted", damage.deleted, "that run is trained again, to the same bytes"),
    Fault("A truncated metrics file", damage.truncated, REFUSED),
    Fault("The files of another run", damage.foreign, REFUSED),
    Fault("Broken files", damage.broken_files, SPOILT),
    Fault("Broken configs", damage.broken_configs, PLANNED),
    Fault("A corrupt prepared array", damage.arrays_bytes, HARMLESS, fast=True),
    Fault("A corrupt prepared array, in the workflow", damage.arrays_workflow, DELETE),
    Fault("Spaces, quotes and Unicode in the project's path", damage.odd_folder, "the same bytes"),
    Fault("A relocated project", damage.relocated, "nothing is trained again, the same bytes"),
    Fault("One run always fails", damage.always_fails, PARTIAL),
)


def outcome_of(fault: Fault) -> tuple[int, str]:
    """Inject one fault; return how often, and what came of it."""
    with tempfile.TemporaryDirectory(prefix="fault-") as folder:
        try:
            return fault.inject(Path(folder)), fault.expected
        except Exception:
            print(traceback.format_exc())
            return 1, BAD


def write(fault: Fault, times: int, outcome: str) -> None:
    """Put a fault's line into the page; those of other faults stay."""
    row = f"| {fault.name} | {fault.inject.__doc__} | {times} | {outcome} |"
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    old, _, after = rest.partition(END)
    kept = {line.split(" | ")[0].removeprefix("| "): line for line in old.splitlines()} | {fault.name: row}
    lines = [*HEADER, *(kept[fault.name] for fault in FAULTS if fault.name in kept)]
    PAGE.write_text(before + BEGIN + "\n".join(lines) + "\n" + END + after, encoding="utf-8")


def main(words: Sequence[str]) -> int:
    if os.geteuid() != 0:
        raise SystemExit("Error: some faults mount a file system, which takes root; run them in a container.")
    outcomes = []
    for fault in FAULTS:
        if not words or any(word in fault.name for word in words):
            started = time.monotonic()
            times, outcome = outcome_of(fault)
            print(f"{fault.name} ({time.monotonic() - started:.0f} s): {times} times: {outcome}", flush=True)
            write(fault, times, outcome)
            outcomes.append(outcome)
    return int(BAD in outcomes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
