"""Which runs a claim compares, and what is said of a name that nothing has."""

from pathlib import Path
from typing import Any

import pytest
from builders import CLAIMS, changed, plan, plan_of, reported
from claim_builders import POOLING, claims
from sentences import is_one_sentence

from fmnist.claims.claim_list import Claim, read_claims
from fmnist.claims.compared_runs import KnownRuns, compared_runs, runs_by_claim
from fmnist.common.errors import ConfigError
from fmnist.plan.names import ComparedRun

KNOWN = KnownRuns(experiments=plan().experiments, reported=reported())
WITH_EXTENSIONS = KnownRuns(experiments=plan(changed({"extensions": True})).experiments, reported=reported())
SHIPPED = read_claims(CLAIMS)
BASE = {"experiment": "lenet5_base"}


def by_id(identity: str) -> Claim:
    (claim,) = [claim for claim in SHIPPED.claims if claim.id == identity]
    return claim


def values(claim: Claim, known: KnownRuns = KNOWN) -> list[str]:
    return [run.value for run in compared_runs(claim, known)]


def test_only_claims_about_extensions_lack_a_run_where_none_is_run() -> None:
    found = runs_by_claim(SHIPPED, KNOWN)
    lacking = {identity for identity, runs in found.items() if not all(run.run_id for run in runs)}
    assert lacking == {claim.id for claim in SHIPPED.claims if claim.extension}
    assert all(run.run_id for runs in runs_by_claim(SHIPPED, WITH_EXTENSIONS).values() for run in runs)


@pytest.mark.parametrize(
    ("identity", "compared"),
    [
        ("pooling-max", ["max", "base"]),
        ("lr-best", ["0.0008", "0.0001", "0.0002", "0.0004", "0.0016", "0.0032", "0.0064", "0.0128"]),
        ("optimizer-worst", ["adam", "rmsprop", "sgd"]),
        ("scheduler-loss-low", ["100", "200", "400", "800", "1600", "3200"]),
        ("lr-large-unstable", ["0.0128"]),
    ],
)
def test_runs_have_the_order_in_which_the_form_compares_them(identity: str, compared: list[str]) -> None:
    assert values(by_id(identity)) == compared


def test_the_base_case_is_one_run_under_all_its_names() -> None:
    runs = compared_runs(by_id("combined-best"), KNOWN)
    assert len(runs) == 1 + 38  # 41 runs less the fully connected network and the other combined setting
    assert [run.run_id for run in runs].count("lenet5") == 1


def test_a_value_added_to_the_config_changes_no_test() -> None:
    rates = plan_of({"learning_rate": {"sweep": {"learning_rate": [0.0001, 0.0003, 0.0008, 0.5]}}})
    known = KnownRuns(experiments=rates.experiments, reported=reported())
    assert values(by_id("lr-acc"), known) == values(by_id("lr-acc"))


def test_what_only_the_original_has_is_named_without_a_run() -> None:
    known = KnownRuns(experiments=plan_of({"other": {}}).experiments, reported=reported())
    assert compared_runs(by_id("pooling-max"), known) == [
        ComparedRun(experiment="pooling", value="max", run_id=None),
        ComparedRun(experiment="lenet5_base", value="base", run_id=None),
    ]


def of_form(form: str, **changes: Any) -> dict[str, Any]:
    """A claim about an experiment: without a and b."""
    return {"id": "a-claim", "section": "4", "form": form, "text": "x", **changes}


def test_the_turn_of_an_extension_that_is_not_run_is_no_fault(tmp_path: Path) -> None:
    changes = {"experiment": "step_budget", "turn": "batch 160", "extension": True}
    claim = claims(tmp_path, of_form("rise_fall", **changes)).claims[0]
    assert [run.run_id for run in compared_runs(claim, KNOWN)] == [None]
    assert len(compared_runs(claim, WITH_EXTENSIONS)) == 8


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        (of_form("best", experiment="learning_rate", best=0.0009), ["best is '0.0009'", "one of 0.0001, 0.0002"]),
        (of_form("rising", experiment="rates"), ["experiment is 'rates'", "one of fully_connected"]),
        ({**POOLING, "a": {"experiment": "pool"}}, ["a.experiment is 'pool'", "did you mean 'pooling'?"]),
        ({**POOLING, "a": {"experiment": "pooling", "value": "mx"}}, ["a.value is 'mx'", "one of average, max"]),
        ({**POOLING, "b": [BASE, {"experiment": "dropout", "value": 2}]}, ["b[1].value is '2'", "false, true"]),
        ({**POOLING, "a": {"experiment": "activation"}}, ["a has no value", "tanh, relu, leaky_relu"]),
        (of_form("ranking", experiment="loss", order=["mse", "mae"]), ["order[1] is 'mae'", "multi_margin"]),
        (of_form("fall_rise", experiment="batch_size", turn=10), ["turn is '10'", "between the ends: 20, 40"]),
        (of_form("plateau", experiment="batch_size", plateau_from=7), ["plateau_from is '7'"]),
        # Experiments of which the original prints one value, or two.
        (of_form("best", experiment="pooling", best="max"), ["pooling max;", "2 different runs", "'best'"]),
        (of_form("rise_fall", experiment="combined"), ["combined leaky_relu, combined relu;", "3 different runs"]),
    ],
)
def test_a_claim_about_what_is_not_there_is_one_sentence(tmp_path: Path, claim: Any, words: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        runs_by_claim(claims(tmp_path, claim), KNOWN)
    message = str(caught.value)
    assert is_one_sentence(message)
    assert message.startswith(f"report/claims.yaml: claim {claim['id']!r}: ")
    assert [word for word in words if word not in message] == [], message
