"""Which runs a claim compares, and what is said of a name that nothing has."""

from pathlib import Path
from typing import Any

import pytest
from builders import CLAIMS, changed, plan, plan_of, reported
from claim_builders import POOLING, A, B, claim, claims, rate_claim
from sentences import refusal

from fmnist.claims.claim_list import Claim, read_claims
from fmnist.claims.compared_runs import KnownRuns, compared_runs, runs_by_claim
from fmnist.plan.names import ComparedRun

KNOWN = KnownRuns(experiments=plan().experiments, reported=reported())
WITH_EXTENSIONS = KnownRuns(experiments=plan(changed({"extensions": True})).experiments, reported=reported())
SHIPPED = {one.id: one for one in read_claims(CLAIMS).tested}


def values(identity: str, known: KnownRuns = KNOWN) -> list[str]:
    return [run.value for run in compared_runs(SHIPPED[identity], known)]


def lacking(known: KnownRuns) -> set[str]:
    found = runs_by_claim(read_claims(CLAIMS), known)
    return {identity for identity, runs in found.items() if not all(run.run_id for run in runs)}


def test_only_claims_about_extensions_lack_a_run_where_none_is_run() -> None:
    assert lacking(KNOWN) == {identity for identity, one in SHIPPED.items() if one.extension}
    assert lacking(WITH_EXTENSIONS) == set()


@pytest.mark.parametrize(
    ("identity", "compared"),
    [
        ("max-pooling", ["max", "base"]),
        ("fc-loss-falls", ["base", "base"]),  # the run, then its contrast
        ("rate-best", ["0.0008", "0.0001", "0.0002", "0.0004", "0.0016", "0.0032", "0.0064", "0.0128"]),
        ("sgd-acc-lowest", ["sgd", "adam", "rmsprop"]),
        ("step-low-loss", ["100", "200", "400", "800", "1600", "3200"]),
        ("step-low-levels", ["800", "1600", "3200"]),
    ],
)
def test_runs_have_the_order_in_which_the_form_compares_them(identity: str, compared: list[str]) -> None:
    assert values(identity) == compared


def test_the_base_case_is_one_run_under_all_its_names() -> None:
    runs = compared_runs(SHIPPED["combined-best"], KNOWN)
    assert len(runs) == 1 + 38  # 41 runs less the fully connected network and the other combined setting
    assert [run.run_id for run in runs].count("lenet5") == 1


def test_a_value_added_to_the_config_changes_no_test() -> None:
    more = plan_of({"learning_rate": {"sweep": {"learning_rate": [0.0001, 0.0003, 0.0008, 0.5]}}})
    assert values("rate-acc", KnownRuns(experiments=more.experiments, reported=reported())) == values("rate-acc")


def test_what_only_the_original_has_is_named_without_a_run() -> None:
    known = KnownRuns(experiments=plan_of({"other": {}}).experiments, reported=reported())
    assert compared_runs(SHIPPED["max-pooling"], known) == [
        ComparedRun(experiment="pooling", value="max", run_id=None),
        ComparedRun(experiment="lenet5_base", value="base", run_id=None),
    ]


def test_an_extension_that_is_not_run_is_no_fault(tmp_path: Path) -> None:
    entry = claim("turn", experiment="step_budget", direction="falls then rises", extension=True)
    one: Claim = claims(tmp_path, entry).tested[0]
    assert [run.run_id for run in compared_runs(one, KNOWN)] == [None]
    assert len(compared_runs(one, WITH_EXTENSIONS)) == 8


UP = {"direction": "rises"}


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (rate_claim("trend", **UP, values=[0.0009, 0.0001]), ["values[0] is '0.0009'", "one of 0.0001, 0.0002"]),
        (claim("trend", **UP, experiment="rates"), ["experiment is 'rates'", "one of fully_connected"]),
        ({**POOLING, "a": {"experiment": "pool"}}, ["a.experiment is 'pool'", "did you mean 'pooling'?"]),
        ({**POOLING, "a": {"experiment": "pooling", "value": "mx"}}, ["a.value is 'mx'", "one of average, max"]),
        (
            claim("best", a=A, b=[B, {"experiment": "dropout", "value": 2}], direction="lowest"),
            ["b[1].value is '2'", "false, true"],
        ),
        ({**POOLING, "a": {"experiment": "activation"}}, ["a has no value", "tanh, relu, leaky_relu"]),
        # Experiments of which the original prints one value, or two.
        (claim("trend", **UP, experiment="pooling"), ["pooling max;", "3 different runs", "'trend'"]),
        (claim("level", experiment="pooling"), ["pooling max;", "2 different runs", "'level'"]),
        (
            claim("turn", experiment="combined", direction="rises then falls"),
            ["combined leaky_relu, combined relu;", "3 different runs"],
        ),
    ],
)
def test_a_claim_about_what_is_not_there_is_one_sentence(tmp_path: Path, entry: Any, words: list[str]) -> None:
    message = refusal(runs_by_claim, claims(tmp_path, entry), KNOWN)
    assert message.startswith(f"report/claims.yaml: claim {entry['id']!r}: ")
    assert [word for word in words if word not in message] == [], message
