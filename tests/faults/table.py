"""The table of faults: each is injected for real, by a function of the modules beside this one."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from faults import damage, disk, kills


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
