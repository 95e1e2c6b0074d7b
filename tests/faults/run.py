"""Inject every fault and write what came of it into docs/faults.md: make test-faults.

python tests/faults/run.py WORD ... injects those whose names contain a word, and writes their lines.
Ends with 1 where an outcome is not as it should be.
"""

import sys
import tempfile
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from builders import ROOT
from faults import damage, disk, downloads, failures, kills, registry, surroundings
from faults.registry import Fault, NotTriedError, Outcome

ORDER = [module.__name__ for module in (kills, disk, damage, downloads, surroundings, failures)]
FAULTS = sorted(registry.FAULTS, key=lambda fault: ORDER.index(fault.inject.__module__))
PAGE = ROOT / "docs/faults.md"
BEGIN, END = "<!-- make test-faults writes from here -->\n", "<!-- to here -->\n"
HEADER = ("| fault | how it was injected | times | outcome |", "|---|---|---:|---|")


def outcome_of(fault: Fault) -> Outcome | str:
    """Inject one fault; what is not as it should be is returned as text."""
    with tempfile.TemporaryDirectory(prefix="fault-") as folder:
        try:
            return fault.inject(Path(folder))
        except NotTriedError as error:
            return Outcome(0, f"not tried: {error}")
        except Exception:
            return traceback.format_exc()


def row(fault: Fault, outcome: Outcome | str) -> str:
    """Return a fault's line of the table."""
    found = outcome if isinstance(outcome, Outcome) else Outcome(1, "**not as it should be**")
    cells = (fault.name, fault.how, str(found.times), found.words)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def write(rows: Mapping[str, str]) -> None:
    """Put these lines, by the faults' names, into the page; those of other faults stay."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    old, _, after = rest.partition(END)
    kept = {line.split(" | ")[0].removeprefix("| "): line for line in old.splitlines()} | rows
    lines = [*HEADER, *(kept[fault.name] for fault in FAULTS if fault.name in kept)]
    PAGE.write_text(before + BEGIN + "\n".join(lines) + "\n" + END + after, encoding="utf-8")


def main(words: Sequence[str]) -> int:
    faults = [fault for fault in FAULTS if not words or any(word in fault.name for word in words)]
    bad = 0
    for fault in faults:
        started = time.monotonic()
        outcome = outcome_of(fault)
        well = isinstance(outcome, Outcome)
        what = f"{outcome.times} times: {outcome.words}" if well else f"NOT AS IT SHOULD BE\n{outcome}"
        print(f"{fault.name} ({time.monotonic() - started:.0f} s): {what}", flush=True)
        write({fault.name: row(fault, outcome)})
        bad += not well
    return min(bad, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
