"""What the report says of a claim, from its line of claims.csv."""

import math
from collections.abc import Mapping
from typing import Any

from fmnist.analysis.statistics import FEWEST_SEEDS
from fmnist.claims import hindrances, verdicts
from fmnist.claims.claim_list import Claim
from fmnist.claims.scale import POINTS
from fmnist.claims.table_row import MOST_SEEDS
from fmnist.common.wording import NO_NUMBER, counted, decimals, signed

NOUNS = {
    "accuracy": "test accuracy",
    "train_loss": "final training loss",
    "generalization_gap": "gap between train and test accuracy",
    "seconds": "training time",
}
PROPERTIES = {
    "falls_at_every_epoch": "the training loss falls at every epoch",
    "rises_at_some_epoch": "the training loss rises at some epoch",
}
HINDRANCES = {
    hindrances.SAME_RUN: "In this config, all that it names is {runs}.",
    hindrances.EXTENSION_NOT_RUN: "It needs an extension that was not run: {runs}.",
    hindrances.NOT_IN_CONFIG: "The config in use does not hold: {runs}.",
    hindrances.NOT_RUN: "Not run: {runs}.",
    hindrances.NEVER_ACTED: "A setting that never acted: {runs} ended exactly as another run.",
    hindrances.NO_NUMBER: "No seed has a number for every run that is compared.",
    hindrances.DIFFERENT_PLACES: "The runs were made on different devices or engines; their times do not compare.",
}

Row = Mapping[str, Any]  # a line of claims.csv; None: no number


def facts(claim: Claim, row: Row) -> str:
    """Return the numbers that a verdict rests on, in short sentences; why there is none for a claim not testable."""
    if row["hindrance"]:
        return HINDRANCES[row["hindrance"]].format(runs=row["hindrance_runs"])
    judged = [] if row["n"] < FEWEST_SEEDS else [*_what_else(row), _p_values(row)]
    shape = [_share(claim, row)] if claim.form == "curve" else []
    return " ".join([*shape, *_seeds(row), *judged])


def cells(row: Row) -> dict[str, str]:
    """Return the cells of a claim's small table: compared, effect, bounds, margin and p."""
    compared = row["first"] if row["form"] == "curve" else f"{row['first']} against {row['second']}"
    unit = row["unit"] or ""
    effect, lower, upper = (_effect(row, name) for name in ("effect", "lower", "upper"))
    return {
        "compared": f"{compared}: {NOUNS['train_loss' if row['form'] == 'curve' else row['measure']]}",
        "effect": NO_NUMBER if row["effect"] is None else f"{effect} {unit}",
        "bounds": NO_NUMBER if row["lower"] is None else f"{lower} to {upper}",
        "margin": NO_NUMBER if row["margin"] is None else amount(row["margin"], unit),
        "p": p_value(row["adjusted_p"]).removeprefix("= "),
    }


def effect_text(row: Row) -> str:
    """Write an effect with its bounds and unit, such as `+0.31 (+0.05 to +0.57) points`."""
    if row["effect"] is None:
        return NO_NUMBER
    effect, *bounds = (_effect(row, name) for name in ("effect", "lower", "upper"))
    return f"{effect}{'' if row['lower'] is None else f' ({bounds[0]} to {bounds[1]})'} {row['unit']}"


def _effect(row: Row, name: str) -> str:
    return decimals(row[name], 0) if row["form"] == "curve" else signed(row[name], _places(row["unit"]))


def amount(size: float, unit: str) -> str:
    """Write a size, such as a margin: `0.25 points`, `5.0 %`."""
    return f"{decimals(size, _places(unit))} {unit}"


def p_value(p: float | None) -> str:
    """Write what a p-value is: `= 0.034`, or `< 0.001`."""
    if p is None or math.isnan(p):
        return NO_NUMBER
    return "< 0.001" if p < 0.001 else f"= {decimals(p, 3)}"


def _places(unit: str | None) -> int:
    """Return the decimals of an effect: two for points, of which one is a hundred images; one for percent."""
    return 2 if unit == POINTS else 1


def _share(claim: Claim, row: Row) -> str:
    contrast = "" if row["contrast"] is None else f"; of {row['second']}: {decimals(row['contrast'], 0)} %"
    text = f"{row['first']}: in {effect_text(row)}, {PROPERTIES[claim.curve or '']}{contrast}."
    return text[0].upper() + text[1:]


def _seeds(row: Row) -> list[str]:
    as_claimed = f"As claimed in {round(row['n'] * (row['as_claimed'] or 0))} of {counted(row['n'], 'seed')}."
    lost = f"{counted(row['unpaired'], 'seed')} {'is' if row['unpaired'] == 1 else 'are'} not in every run."
    return [
        as_claimed,
        *([f"Steps back: {row['steps_back']}."] if row["steps_back"] else []),
        *([lost] if row["unpaired"] else []),
        *([f"Of the runs, {row['diverged']} diverged."] if row["diverged"] else []),
    ]


def _p_values(row: Row) -> str:
    names = {"p_holds": "it holds", "p_no_difference": "no difference matters", "p_fails": "it fails"}
    found = [
        f"{p_value(row[key]).removeprefix('= ')} ({words})" for key, words in names.items() if row[key] is not None
    ]
    return f"p before correction: {', '.join(found)}."


def _what_else(row: Row) -> list[str]:
    turns, seeds = row["turning_margin"], row["seeds_to_decide"]
    said = [] if turns is None else [f"The verdict would change at a margin of {amount(turns, row['unit'])}."]
    if row["verdict"] == verdicts.OPEN:
        decide = f"About {counted(round(seeds), 'seed')}" if seeds else f"Not even {MOST_SEEDS:,} seeds"
        said.append(f"{decide} would decide it.")
    return said
