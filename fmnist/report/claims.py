"""What the report says about the claims: their verdicts, the clearest findings, and how reliable the tests are."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from fmnist.analysis.tables import read_table
from fmnist.claims import verdicts
from fmnist.claims.claim_list import Claim, ClaimList
from fmnist.claims.evaluate import read_verdicts
from fmnist.claims.robustness import agreement
from fmnist.report.claim_words import Row, cells, effect_text, facts
from fmnist.report.tables import number_or_none, records

DECIDED = (verdicts.HOLDS, verdicts.SMALL, verdicts.NO_DIFFERENCE, verdicts.FAILS)
ERRORS = (verdicts.HOLDS, verdicts.NO_DIFFERENCE, verdicts.FAILS)  # where nothing is to be found
# The page colours a verdict by its class; where there is no colour, these stand out in bold.
_CLASSES = {
    verdicts.HOLDS: "holds",
    verdicts.SMALL: "holds",
    verdicts.NO_DIFFERENCE: "alike",
    verdicts.FAILS: "fails",
    verdicts.DEPENDS: "depends",
    verdicts.OPEN: "open",
}
# A sign beside the word, for readers who see no colours.
SIGNS = {"holds": "✓", "alike": "≈", "fails": "✗", "depends": "↔", "open": "?", "untested": "–"}
GROUPS = {
    "holds": "hold",
    "alike": "make no difference",
    "fails": "fail",
    "depends": "depend on the reading",
    "open": "are open",
    "untested": "have no verdict",
}


def sign_class(verdict: str) -> str:
    """Return the group of a verdict, which is its class on the page: a key of SIGNS."""
    return _CLASSES.get(verdict, "untested")


def verdict_markup(verdict: str) -> Markup:
    """Write a verdict as Markdown: its sign and its word, in bold and in the colour of its class."""
    name = sign_class(verdict)
    return Markup(f"[{SIGNS[name]} **{verdict}**]{{.{name}}}")  # noqa: S704 - words of our own


def tally(judged: Sequence[Row]) -> dict[str, int]:
    """Count the claims of each group of verdicts; a key of SIGNS for each."""
    groups = [sign_class(one["verdict"]) for one in judged]
    return {name: groups.count(name) for name in SIGNS}


def verdict_filter(judged: Sequence[Row]) -> str:
    """Return the HTML of the filter: radio buttons, which the page's style turns into shown and hidden cards."""
    count = tally(judged)
    choices = [("all", "all", len(judged)), *((name, f"{SIGNS[name]} {GROUPS[name]}", count[name]) for name in SIGNS)]
    buttons = [
        f'<label><input type="radio" name="verdict" value="{name}" id="show-{name}"'
        f"{' checked' if name == 'all' else ''}> {words} ({number})</label>"
        for name, words, number in choices
        if number
    ]
    return f'<fieldset class="filter"><legend>Show claims that</legend>{" ".join(buttons)}</fieldset>'


def judged_claims(claims: ClaimList, table: Path, over_images: Sequence[Row]) -> list[dict[str, Any]]:
    """Return every claim, in the list's order, with its line of `table`, a claims.csv, and what a section says of it.

    `over_images` are the lines of image_noise.csv. None where a file has no number.
    """
    rows = {row["id"]: row for row in records(read_verdicts(table))}
    images = {row["id"]: row for row in over_images if row["verdict_over_images"]}
    return [
        {
            **(row := rows[claim.id]),
            "claim": claim,
            "facts": facts(claim, row),
            "cells": cells(row),
            "effect_text": effect_text(row),
            "experiments": _experiments(claim),
            "sign_class": sign_class(row["verdict"]),
            "over_images": images.get(claim.id),
        }
        for claim in claims.tested
    ]


def _experiments(claim: Claim) -> list[str]:
    """Name the experiments whose runs a claim compares, each once."""
    return list(dict.fromkeys([*filter(None, [claim.experiment]), *(run.experiment for _, run in claim.named_runs)]))


def claims_of(judged: Sequence[Row]) -> dict[str, list[Row]]:
    """Return the claims that rest on each experiment, by its name."""
    found: dict[str, list[Row]] = {}
    for one in judged:
        for name in one["experiments"]:
            found.setdefault(name, []).append(one)
    return found


def verdict_counts(judged: Sequence[Row]) -> list[tuple[str, int]]:
    """Count the verdicts that occur, in their usual order."""
    found = [one["verdict"] for one in judged]
    return [(verdict, found.count(verdict)) for verdict in verdicts.VERDICTS if verdict in found]


def robustness(judged: Sequence[Row], choices: Path, halves: Path) -> dict[str, Any]:
    """Describe how far the verdicts hang on choices and on the seeds.

    `choices` and `halves` are claims_by_choice.csv and claims_by_half.csv. `same` counts by claim under how many
    combinations of choices it has its verdict.
    """
    verdict = {one["id"]: one["verdict"] for one in judged}
    table = read_table(choices, ["id", "verdict"])
    same = (table["verdict"] == table["id"].map(verdict)).groupby(table["id"]).sum()
    combinations = len(table) // len(judged)
    decided, agree = agreement(read_table(halves, ["id", "first", "second"]))
    return {
        "choices": combinations,
        "same": same.to_dict(),
        "stable": int((same == combinations).sum()),
        "decided": number_or_none(decided),
        "agree": number_or_none(agree),
    }


def elsewhere(judged: Sequence[Row], tables: Mapping[str, Path]) -> list[dict[str, Any]]:
    """Compare the verdicts with those of other claims.csv, by title: on other data, or on earlier seeds.

    `verdicts` are by claim, `common` counts the claims of both, and `same` those with equal verdicts. `differing` lists
    the others, and `opposite` those of which one holds and the other fails.
    """
    return [_compared(judged, title, read_verdicts(path)) for title, path in tables.items()]


def _compared(judged: Sequence[Row], title: str, table: pd.DataFrame) -> dict[str, Any]:
    there = dict(table[["id", "verdict"]].to_numpy())
    both = {one["id"]: (one["verdict"], there[one["id"]]) for one in judged if one["id"] in there}
    return {
        "title": title,
        "verdicts": there,
        "common": len(both),
        "same": sum(own == other for own, other in both.values()),
        "differing": [identity for identity, (own, other) in both.items() if own != other],
        "opposite": [identity for identity, pair in both.items() if verdicts.opposite(*pair)],
    }


def error_rates(calibration: pd.DataFrame) -> pd.DataFrame:
    """Return the largest rates of false verdicts and the smallest coverage of the bounds, in percent, by form.

    `calibration` is benchmarks/calibration.csv; an empty cell is a verdict that would be right.
    """
    no_effect = calibration[calibration["effect"].isna()].groupby("form", sort=False)
    percent = 100 * no_effect[list(ERRORS)].max().join(no_effect["coverage"].min())
    return percent.astype(object).where(percent.notna(), None)  # a dash in the report


def powers(calibration: pd.DataFrame) -> pd.DataFrame:
    """Return how often each true effect is found, in percent: one row a form and effect, one column for `n` seeds."""
    with_effect = calibration.dropna(subset="effect")
    found = with_effect.pivot(index=["form", "effect"], columns="n", values=verdicts.HOLDS)
    return 100 * found.reindex(with_effect["form"].unique(), level="form")
