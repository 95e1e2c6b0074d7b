"""Inject every fault and write what came of it into docs/faults.md: make test-faults.

python tests/faults/run.py WORD ... injects those whose names contain a word, and writes nothing.
Ends with 1 where an outcome is not as it should be.
"""

import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from builders import ROOT
from faults import damage, disk, downloads, failures, kills, registry, surroundings
from faults.registry import Fault, NotTriedError, Outcome

ORDER = [module.__name__ for module in (kills, disk, damage, downloads, surroundings, failures)]
FAULTS = sorted(registry.FAULTS, key=lambda fault: ORDER.index(fault.inject.__module__))
PAGE = ROOT / "docs/faults.md"
BEGIN, END = "<!-- make test-faults writes from here -->\n", "<!-- to here -->\n"


def outcome_of(fault: Fault) -> Outcome | str:
    """Inject one fault; what is not as it should be is returned as text."""
    with tempfile.TemporaryDirectory(prefix="fault-") as folder:
        try:
            return fault.inject(Path(folder))
        except NotTriedError as error:
            return Outcome(0, f"not tried: {error}")
        except Exception:
            return traceback.format_exc()


def table(faults: Sequence[Fault], outcomes: Sequence[Outcome | str]) -> str:
    rows = ["| fault | how it was injected | times | outcome |", "|---|---|---:|---|"]
    for fault, outcome in zip(faults, outcomes, strict=True):
        found = outcome if isinstance(outcome, Outcome) else Outcome(1, "**not as it should be**")
        cells = (fault.name, fault.how, str(found.times), found.words)
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def main(words: Sequence[str]) -> int:
    faults = [fault for fault in FAULTS if not words or any(word in fault.name for word in words)]
    outcomes = []
    for fault in faults:
        started = time.monotonic()
        outcomes.append(outcome_of(fault))
        last = outcomes[-1]
        what = f"{last.times} times: {last.words}" if isinstance(last, Outcome) else f"NOT AS IT SHOULD BE\n{last}"
        print(f"{fault.name} ({time.monotonic() - started:.0f} s): {what}", flush=True)
    if not words:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        PAGE.write_text(before + BEGIN + table(faults, outcomes) + END + rest.partition(END)[2], encoding="utf-8")
    return int(any(isinstance(outcome, str) for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
