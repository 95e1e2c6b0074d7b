"""The first screen's picture as an HTML table: one row a change of a setting, drawn in a cell as SVG."""

from collections.abc import Sequence
from html import escape
from typing import Any

from fmnist.claims.changes import HELPS, HURTS, SIGNS
from fmnist.common.wording import signed

REACH = 8.0  # margins from the middle of a cell to its end
WIDTH, HEIGHT = 320, 22
CLASSES = {HELPS: "helps", HURTS: "hurts"}
HEAD = (
    '<thead><tr><th scope="col">Change</th><th scope="col">Effect and 90 % interval</th>'
    '<th scope="col">Points</th><th scope="col">Verdict</th></tr></thead>'
)


def opening_table(changes: Sequence[dict[str, Any]], margin: float, caption: str) -> str:
    """Return the table as HTML; `changes` are rows of `with_verdicts`, `margin` is in points."""
    body = "".join(_row(change, margin) for change in changes)
    return (
        f'<table class="opening"><caption>{escape(caption)}</caption>{HEAD}<tbody>{body}</tbody></table>'
        if changes
        else ""
    )


def _row(change: dict[str, Any], margin: float) -> str:
    word, claim = change["word"], change["claim"]
    verdict = f'<a href="#claim-{escape(claim)}">{SIGNS[word]} {word}</a>' if word else "–"
    return (
        f'<tr class="{CLASSES.get(word, "same")}"><th scope="row">'
        f'<a href="#sec-exp-{escape(change["experiment"])}">{escape(change["name"])}</a></th>'
        f"<td>{_drawing(change, margin)}</td><td>{signed(change['effect'])}</td><td>{verdict}</td></tr>\n"
    )


def _drawing(change: dict[str, Any], margin: float) -> str:
    scale = WIDTH / (2 * REACH * margin)
    middle = HEIGHT / 2
    band = f'<rect class="band" x="{_x(-margin, scale)}" width="{2 * margin * scale:.1f}" height="{HEIGHT}"/>'
    zero = f'<path class="zero" d="M{WIDTH / 2:.0f} 0V{HEIGHT}"/>'
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{_spoken(change)}">'
        f"{band}{zero}{_marks(change, scale, middle, REACH * margin)}</svg>"
    )


def _marks(change: dict[str, Any], scale: float, middle: float, limit: float) -> str:
    effect = change["effect"]
    if abs(effect) > limit:
        end, side = (WIDTH, -1) if effect > 0 else (0, 1)
        return f'<path class="mark" d="M{end} {middle:.0f}l{9 * side} -5v10z"/>'
    marks = f'<circle class="mark" cx="{_x(effect, scale)}" cy="{middle:.0f}" r="4.5"/>'
    if change["lower"] is not None:
        ends = f"M{_x(change['lower'], scale)} {middle:.0f}H{_x(change['upper'], scale)}"
        marks = f'<path class="line" d="{ends}"/>{marks}'
    if change["printed"] is not None and abs(change["printed"]) <= limit:
        marks += f'<path class="printed" d="M{_x(change["printed"], scale)} {middle - 5:.0f}l5 5-5 5-5-5z"/>'
    return marks


def _x(points: float, scale: float) -> str:
    return f"{WIDTH / 2 + points * scale:.1f}"


def _spoken(change: dict[str, Any]) -> str:
    interval = (
        "" if change["lower"] is None else f", 90 % interval {signed(change['lower'])} to {signed(change['upper'])}"
    )
    printed = "" if change["printed"] is None else f"; the original {signed(change['printed'])}"
    return f"{signed(change['effect'])} points{interval}{printed}"
