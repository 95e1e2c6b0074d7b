"""Which settings could have printed the two numbers of a run whose setting the original leaves untold."""

from collections.abc import Sequence
from dataclasses import dataclass

from fmnist.plan.original import ReportedRun
from fmnist.report.results import Row


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidates:
    """The values of an experiment, each in one of three groups."""

    inside: tuple[str, ...]  # both numbers inside the prediction intervals of one more run
    ruled_out: tuple[str, ...]  # one of them outside
    open: tuple[str, ...]  # too few seeds for an interval
    ruled_out_by_accuracy: tuple[str, ...]


def could_print(row: Row, printed: ReportedRun) -> bool | None:
    """Tell whether one more run of a row could print both numbers; None where too few seeds tell."""
    if printed.train_loss is None:
        return row.could_be("accuracy", printed.accuracy)
    loss, accuracy = row.could_be("train_loss", printed.train_loss), row.could_be("accuracy", printed.accuracy)
    return None if loss is None or accuracy is None else loss and accuracy


def sort_candidates(rows: Sequence[Row], printed: ReportedRun) -> Candidates:
    """Sort rows by whether they could have printed a run's final training loss and accuracy."""
    told = [(row.value, could_print(row, printed)) for row in rows]
    groups = {answer: tuple(value for value, own in told if own is answer) for answer in (True, False, None)}
    return Candidates(
        inside=groups[True],
        ruled_out=groups[False],
        open=groups[None],
        ruled_out_by_accuracy=tuple(r.value for r in rows if r.could_be("accuracy", printed.accuracy) is False),
    )
