"""A small figure of one claim: every seed of the runs that it compares.

Written as plain SVG: a page holds one for every claim, and a few kilobytes each keep it light.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from fmnist.analysis.statistics import Array, finite
from fmnist.claims.examine import Examined
from fmnist.common.wording import counted
from fmnist.plan.original import Reported

# Pixels. The plot begins at 0, and the names of the runs end left of it.
PLOT, TOP, ROW, FOOT, GAP = 330, 4, 15, 29, 8
LETTER = 5.4  # about the width of a letter; a name may need a little more or less
MOST_ROWS = 8  # of a claim that compares more runs, those nearest to the first are shown
WIDE = 4  # losses and times that span more than this ratio stand on a logarithmic axis
AXES = {
    "accuracy": "test accuracy (%)",
    "train_loss": "final training loss",
    "generalization_gap": "train minus test accuracy (points)",
    "seconds": "training time (s)",
}
STEPS = "largest change of the training loss from one epoch to the next"
FIRST, OTHER, INK, FAINT = "#46327e", "#277f8e", "#262626", "#cccccc"


def claim_figure(found: Examined, curves: pd.DataFrame, reported: Reported) -> str:
    """Draw a claim's runs as rows: every seed a dot, the mean a bar, the original's number a diamond; return SVG.

    `curves` is loss.csv. The run that the claim puts first has its own colour. A claim about
    the shape of a loss curve shows the largest step of each seed: left of zero, the loss falls
    at every epoch. Of runs that are not there, the names and the original's numbers are left.
    """
    values, rows = _values(found, curves), _rows(found)
    printed = {run: _printed(found, run, reported) for run in rows}
    seen = finite(np.concatenate([values[:, rows].ravel(), [x for x in printed.values() if x is not None]]))
    names = [found.names[run] for run in rows]
    parts = [_head(left=2 * GAP + LETTER * max(map(len, names)), height=TOP + ROW * len(rows) + FOOT)]
    if len(seen):
        axis = _axis(seen, logarithmic=found.relative and found.claim.form != "curve", zero=found.claim.form == "curve")
        parts += _scale(axis, TOP + ROW * len(rows), _axis_name(found))
        for place, run in enumerate(rows):
            colour = FIRST if run == (found.point or 0) else OTHER
            parts += _dots(axis, _middle(place), finite(values[:, run]), printed[run], colour)
    parts += [_text(-GAP, _middle(place) + 3, name, "end") for place, name in enumerate(names)]
    return "\n".join([*parts, "</svg>\n"])


def _values(found: Examined, curves: pd.DataFrame) -> Array:
    """The values as measured, [seed, run]."""
    if found.claim.form == "curve":
        own = curves[curves["run_id"] == found.runs[0].run_id].sort_values("epoch")
        steps = [np.diff(losses).max(initial=-np.inf) for _, losses in own.groupby("seed")["train_loss"]]
        return np.array(steps, dtype=float).reshape(-1, 1)
    return found.data.values if found.data else np.empty((0, len(found.runs)))


def _rows(found: Examined) -> list[int]:
    """The runs that are shown: all, or of very many the first and those that come nearest to it."""
    everything = list(range(len(found.runs)))
    if len(everything) <= MOST_ROWS or not len(found.values):
        return everything[:MOST_ROWS]
    means = [finite(column).mean() if len(finite(column)) else np.inf for column in found.values.T]
    nearest = sorted(everything[1:], key=lambda run: abs(means[0] - means[run]))
    return [0, *nearest[: MOST_ROWS - 1]]


def _printed(found: Examined, run: int, reported: Reported) -> float | None:
    """The original's number for a run, where it prints one of this measure."""
    numbers = reported.runs.get((found.runs[run].experiment, found.runs[run].value))
    if numbers is None or found.claim.form == "curve":
        return None
    return {"accuracy": numbers.accuracy, "train_loss": numbers.train_loss}.get(found.claim.measure)


@dataclass(frozen=True, slots=True)
class _Axis:
    """Where a value stands, in pixels, and the values that are marked."""

    place: Callable[[float], float]
    ticks: list[float]


def _axis(seen: Array, logarithmic: bool, zero: bool) -> _Axis:
    low, high = min(seen.min(), 0.0 if zero else np.inf), max(seen.max(), 0.0 if zero else -np.inf)
    scale: Callable[[float], float] = float
    ticks = list(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]).tick_values(low, high))
    if logarithmic and low > 0 and high / low > WIDE:
        scale, ticks = lambda value: float(np.log(value)), _decades(low, high)
    start, end = scale(low), scale(high)
    room = 0.04 * (end - start) or 0.5  # one value alone stands in the middle
    factor = PLOT / (end - start + 2 * room)
    return _Axis(
        place=lambda value: (scale(value) - start + room) * factor,
        ticks=[tick for tick in ticks if start - room <= scale(tick) <= end + room],
    )


def _decades(low: float, high: float) -> list[float]:
    """1, 2, 3, 5 and 7 of every power of ten that the values reach."""
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    return [digit * 10.0**power for power in powers for digit in (1, 2, 3, 5, 7)]


def _axis_name(found: Examined) -> str:
    if found.claim.form == "curve":
        return STEPS
    hidden = len(found.runs) - len(_rows(found))
    return AXES[found.claim.measure] + (f"; {counted(hidden, 'run')} further off not shown" if hidden else "")


def _head(left: float, height: int) -> str:
    width = left + PLOT + 2 * GAP
    box = f'x="{-left:.0f}" width="{width:.0f}" height="{height}" fill="#fff"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}"'
        f' viewBox="{-left:.0f} 0 {width:.0f} {height}"'
        f' font-family="DejaVu Sans, Verdana, sans-serif" font-size="9" fill="{INK}">\n<rect {box}/>'
    )


def _middle(place: int) -> float:
    return TOP + ROW * (place + 0.5)


def _text(x: float, y: float, text: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _scale(axis: _Axis, bottom: float, name: str) -> Iterator[str]:
    marks = "".join(f"M{axis.place(tick):.1f} {TOP}V{bottom + 3}" for tick in axis.ticks)
    yield f'<path d="{marks}" stroke="{FAINT}" stroke-width=".6"/>'
    yield f'<path d="M0 {bottom}H{PLOT}" stroke="{INK}"/>'
    if name == STEPS:
        yield f'<path d="M{axis.place(0):.1f} {TOP}V{bottom}" stroke="{INK}"/>'
    for tick in axis.ticks:
        yield _text(axis.place(tick), bottom + 12, f"{tick:g}".replace("-", "−"))
    yield _text(PLOT / 2, bottom + 25, name)


def _dots(axis: _Axis, y: float, seeds: Array, printed: float | None, colour: str) -> Iterator[str]:
    if len(seeds):
        dots = "".join(f'<circle cx="{axis.place(seed):.1f}" cy="{y}" r="2.4"/>' for seed in seeds)
        yield f'<g fill="{colour}" fill-opacity=".5">{dots}</g>'
    if len(seeds) > 1:
        yield f'<path d="M{axis.place(seeds.mean()):.1f} {y - 5.5}v11" stroke="{colour}" stroke-width="1.8"/>'
    if printed is not None:
        x = axis.place(printed)
        yield f'<path d="M{x:.1f} {y - 3.6}l3.6 3.6l-3.6 3.6l-3.6 -3.6z" fill="none" stroke="#000"/>'
