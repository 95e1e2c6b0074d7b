"""What the report says of a claim: each kind of sentence once, from a made-up line of claims.csv."""

import math
from typing import Any

import pytest
from builders import CLAIMS

from fmnist.claims import hindrances
from fmnist.claims.claim_list import Claim, read_claims
from fmnist.claims.table_row import COLUMNS
from fmnist.claims.verdicts import NOT_TESTABLE, OPEN
from fmnist.report.claim_words import cells, effect_text, facts, p_value

CLAIM_BY_ID = {claim.id: claim for claim in read_claims(CLAIMS).tested}
PAIR: Claim = CLAIM_BY_ID["max-pooling"]
ROW: dict[str, Any] = dict.fromkeys(COLUMNS) | {
    "form": "above",
    "measure": "accuracy",
    "verdict": "holds",
    "first": "max pooling",
    "second": "base",
    "effect": 0.3,
    "lower": 0.1,
    "upper": 0.5,
    "unit": "points",
    "margin": 0.5,
    "turning_margin": 0.52,
    "n": 5,
    "unpaired": 0,
    "diverged": 0,
    "p_holds": 0.0002,
    "p_no_difference": 0.051,
    "p_fails": 1.0,
    "adjusted_p": 0.004,
    "as_claimed": 0.8,
}
SHARE = {"form": "curve", "unit": "% of seeds", "margin": None, "effect": 100.0, "lower": 54.93, "upper": 100.0}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {},
            "As claimed in 4 of 5 seeds. The verdict would change at a margin of 0.52 points. p before correction: <",
        ),
        ({}, "< 0.001 (it holds), 0.051 (no difference matters), 1.000 (it fails)."),
        ({"steps_back": "20 to 40 (0.12 points)"}, "Steps back: 20 to 40 (0.12 points)."),
        ({"unpaired": 2, "diverged": 1}, "2 seeds are not in every run. Of the runs, 1 diverged."),
        ({"p_no_difference": None}, "(it holds), 1.000 (it fails)"),
        ({"verdict": OPEN, "seeds_to_decide": 12.0}, "About 12 seeds would decide it."),
        ({"verdict": OPEN}, "Not even 1,000 seeds would decide it."),
        ({"hindrance": hindrances.NOT_RUN, "hindrance_runs": "pooling (max)"}, "Not run: pooling (max)."),
    ],
)
def test_the_facts_of_a_verdict(changes: dict[str, Any], words: str) -> None:
    assert words in facts(PAIR, ROW | changes)


def test_fewer_than_three_seeds_have_an_effect_and_no_p() -> None:
    assert facts(PAIR, ROW | {"n": 2, "as_claimed": 0.5}) == "As claimed in 1 of 2 seeds."


@pytest.mark.parametrize(
    "kind", [value for name, value in vars(hindrances).items() if name.isupper() and isinstance(value, str)]
)
def test_every_hindrance_is_a_sentence(kind: str) -> None:
    assert facts(PAIR, ROW | {"verdict": NOT_TESTABLE, "hindrance": kind, "hindrance_runs": "a"}).endswith(".")


def test_a_share_of_seeds_stands_beside_its_contrast() -> None:
    told = facts(CLAIM_BY_ID["rate-unstable"], ROW | SHARE | {"contrast": 0.0})
    assert "Max pooling: in 100 (55 to 100) % of seeds, the training loss rises at some epoch; of base: 0 %." in told


@pytest.mark.parametrize(
    ("changes", "effect"),
    [
        ({}, "+0.30 (+0.10 to +0.50) points"),
        ({"unit": "%", "effect": -10.0, "lower": -12.0, "upper": -8.0}, "−10.0 (−12.0 to −8.0) %"),
        ({"lower": None, "upper": None}, "+0.30 points"),
        ({"effect": None}, "–"),
        (SHARE, "100 (55 to 100) % of seeds"),
    ],
)
def test_effects_with_their_bounds(changes: dict[str, Any], effect: str) -> None:
    assert effect_text(ROW | changes) == effect


def test_the_cells_of_a_pair_and_of_a_share() -> None:
    pair = ("max pooling against base: test accuracy", "+0.30 points", "+0.10 to +0.50", "0.50 points", "0.004")
    assert tuple(cells(ROW).values()) == pair
    share = ("max pooling: final training loss", "100 % of seeds", "55 to 100", "–", "0.004")
    assert tuple(cells(ROW | SHARE).values()) == share


@pytest.mark.parametrize(
    ("p", "told"), [(0.0342, "= 0.034"), (0.0009, "< 0.001"), (1.0, "= 1.000"), (None, "–"), (math.nan, "–")]
)
def test_p_values(p: float | None, told: str) -> None:
    assert p_value(p) == told
