"""Inject every fault and write what came of it into docs/faults.md: make test-faults.

python tests/faults/run.py WORD ... injects those whose names contain a word, and writes their lines.
Ends with 1 where an outcome is not as expected.
"""

import os
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from builders import ROOT
from faults.table import FAULTS, Fault

PAGE = ROOT / "docs/faults.md"
BEGIN, END = "<!-- make test-faults writes from here -->\n", "<!-- to here -->\n"
HEADER = ("| fault | how it was injected | times | outcome |", "|---|---|---:|---|")
BAD = "**not as it should be**"


def outcome_of(fault: Fault) -> tuple[int, str]:
    """Inject one fault; return how often, and what came of it."""
    with tempfile.TemporaryDirectory(prefix="fault-") as folder:
        try:
            return fault.inject(Path(folder)), fault.expected
        except Exception:
            print(traceback.format_exc())
            return 1, BAD


def row(fault: Fault, times: int, outcome: str) -> str:
    """Return a fault's line of the table."""
    return f"| {fault.name} | {fault.inject.__doc__} | {times} | {outcome} |"


def write(fault: Fault, line: str) -> None:
    """Put a fault's line into the page; those of other faults stay."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    old, _, after = rest.partition(END)
    kept = {line.split(" | ")[0].removeprefix("| "): line for line in old.splitlines()} | {fault.name: line}
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
            write(fault, row(fault, times, outcome))
            outcomes.append(outcome)
    return int(BAD in outcomes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
