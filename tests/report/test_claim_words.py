"""What the report says of a claim: each kind of sentence once, from a made-up line of claims.csv."""

from typing import Any

import pytest
from builders import CLAIMS, plan, reported

from fmnist.claims import hindrances
from fmnist.claims.claim_list import Claim, read_claims
from fmnist.claims.compared_runs import KnownRuns
from fmnist.claims.forms import ABOVE, NOT_ABOVE, NOT_BELOW, WITHIN
from fmnist.claims.verdicts import CONTRADICTED, EQUIVALENT, INCONCLUSIVE, NOT_TESTABLE, SMALL, SUPPORTED
from fmnist.report.claim_words import reason, what_is_tested

CLAIM_BY_ID = {claim.id: claim for claim in read_claims(CLAIMS).claims}
PAIR: Claim = CLAIM_BY_ID["pooling-max"]
EFFECT = "Max pooling against base: test accuracy +0.30 points (+0.10 to +0.50)."


def said(claim: Claim = PAIR, **changes: Any) -> str:
    row: dict[str, Any] = {
        "verdict": SUPPORTED,
        "hindrance": None,
        "hindrance_runs": None,
        "first": "max pooling",
        "second": "base",
        "measure": "accuracy",
        "need": ABOVE,
        "comparisons": 1,
        "effect": 0.3,
        "lower": 0.1,
        "upper": 0.5,
        "unit": "points",
        "margin": 0.5,
        "n": 5,
        "diverged": 0,
        "p": 0.2,
        "p_against": 0.8,
        "min_detectable_effect": 0.41,
    }
    return reason(claim, {**row, **changes}, significance=0.05)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, EFFECT),
        ({"lower": None, "upper": None}, "Max pooling against base: test accuracy +0.30 points."),
        ({"verdict": SMALL}, f"{EFFECT} That is shown, and shown to be less than 0.50 points."),
        ({"verdict": EQUIVALENT}, f"{EFFECT} Any difference there is shown to be less than 0.50 points."),
        ({"verdict": CONTRADICTED}, "The opposite is shown: max pooling against base"),
        ({"comparisons": 3}, "The closest of 3 comparisons: max pooling against base"),
        ({"measure": "train_loss", "diverged": 1}, "Without 1 run that diverged, whose loss was the highest of all."),
        (
            {"verdict": INCONCLUSIVE},
            "opposite is shown; with 5 seeds, a difference of 0.41 points would have been seen",
        ),
        ({"verdict": INCONCLUSIVE, "p": 0.01}, "This is shown taken alone, but not with Holm’s correction"),
        ({"verdict": INCONCLUSIVE, "p_against": 0.01}, "The opposite is shown taken alone"),
        ({"verdict": INCONCLUSIVE, "need": NOT_BELOW}, "A step back of 0.50 points or more is not ruled out"),
        ({"verdict": INCONCLUSIVE, "need": NOT_ABOVE}, "A gain of 0.50 points or more is not ruled out"),
        ({"verdict": INCONCLUSIVE, "need": WITHIN}, "with 5 seeds, a margin of 0.41 points would have been kept"),
        ({"hindrance": hindrances.NOT_RUN, "hindrance_runs": "pooling (max)"}, "Not run: pooling (max)."),
        ({"hindrance": hindrances.SAME_RUN, "hindrance_runs": "lenet5"}, "all that it names is 1 run (lenet5)."),
        ({"hindrance": hindrances.NO_NUMBER, "diverged": 5}, "5 of the runs diverged."),
    ],
)
def test_why_a_claim_has_its_verdict(changes: dict[str, Any], words: str) -> None:
    assert words in said(**changes)


@pytest.mark.parametrize(
    "kind", [value for name, value in vars(hindrances).items() if name.isupper() and isinstance(value, str)]
)
def test_every_hindrance_is_a_sentence(kind: str) -> None:
    assert said(verdict=NOT_TESTABLE, hindrance=kind, hindrance_runs="a").endswith(".")


def test_a_share_of_seeds() -> None:
    share = {"effect": 100.0, "lower": 54.9, "upper": 100.0, "min_detectable_effect": None}
    held = "100 % of 5 seeds: the training loss falls at every epoch (in 55 to 100 % of all runs)."
    assert said(CLAIM_BY_ID["fc-loss-falls"], **share) == held
    few = said(CLAIM_BY_ID["fc-loss-falls"], **share, verdict=INCONCLUSIVE)
    assert few == f"{held} With so few seeds, not even all of them would show that it holds in most."


@pytest.mark.parametrize(
    ("identity", "words"),
    [
        ("pooling-max", "test accuracy: max pooling above LeNet-5, base case"),
        ("optimizer-loss", "final training loss: RMSprop below each of 2 others"),
        ("batch-acc", "a value between batch size 10 and batch size 1280 above both"),
        ("lr-loss", "learning rate 0.0016 below each of 7 others"),
        ("scheduler-acc-low", "rises from step size 100 to step size 800, then stays level to step size 3200"),
        ("fc-loss-falls", "the training loss falls at every epoch, in most seeds"),
    ],
)
def test_what_is_tested(identity: str, words: str) -> None:
    known = KnownRuns(experiments=plan().experiments, reported=reported())
    assert words in what_is_tested(CLAIM_BY_ID[identity], known)
