"""The claims as data: complete, unchanged, strictly read, and about runs that there are."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
import yaml
from builders import CLAIMS, changed, plan, plan_of, reported

from fmnist.claims.claim_list import Claim, ClaimList, Margin, read_claims
from fmnist.claims.compared_runs import KnownRuns, compared_runs, runs_by_claim
from fmnist.common.errors import ConfigError
from fmnist.plan.names import ComparedRun
from fmnist.plan.yaml_files import read_yaml

KNOWN = KnownRuns(experiments=plan().experiments, reported=reported())
BASE = {"experiment": "lenet5_base"}
MAX = {"experiment": "pooling", "value": "max"}
CLAIM = {"id": "a-claim", "section": "4-1", "form": "greater", "text": "A beats B", "a": MAX, "b": BASE}


def shipped() -> ClaimList:
    return read_claims(CLAIMS)


def by_id(identity: str) -> Claim:
    (claim,) = [claim for claim in shipped().claims if claim.id == identity]
    return claim


def written(path: Path, *claims: dict[str, Any], **changes: Any) -> Path:
    document = {**read_yaml(CLAIMS), "claims": list(claims), **changes}
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


def read(folder: Path, *claims: dict[str, Any], **changes: Any) -> ClaimList:
    return read_claims(written(folder / "claims.yaml", *claims, **changes))


def values(claim: Claim, known: KnownRuns = KNOWN) -> list[str]:
    return [run.value for run in compared_runs(claim, known)]


def test_there_are_33_claims_with_ids_of_their_own() -> None:
    claims = shipped().claims
    assert len(claims) == 33
    assert len({claim.id for claim in claims}) == 33


def test_words_forms_and_notes_are_as_they_were_before_any_run_with_two_seeds() -> None:
    texts = "\n".join(repr((c.id, c.section, c.form, c.text, c.measure, c.note)) for c in shipped().claims)
    digest = hashlib.sha256(texts.encode()).hexdigest()
    assert digest == "13d8bf6fe4801a3adaea4a10f42badc518c7f9ce6f56adc3ecf9923b7b409846"


def test_every_shipped_claim_finds_all_its_runs_where_extensions_are_run() -> None:
    everything = KnownRuns(experiments=plan(changed({"extensions": True})).experiments, reported=reported())
    for identity, runs in runs_by_claim(shipped(), everything).items():
        assert all(run.run_id for run in runs), identity


def test_without_extensions_only_claims_about_them_lack_a_run() -> None:
    found = runs_by_claim(shipped(), KNOWN)
    lacking = {identity for identity, runs in found.items() if not all(run.run_id for run in runs)}
    assert lacking == {claim.id for claim in shipped().claims if claim.extension}
    assert lacking == {"wide-channels", "plateau-scheduler"}


def test_a_claim_is_about_accuracy_and_one_sided_unless_it_says_otherwise() -> None:
    assert (by_id("lr-acc").measure, by_id("lr-acc").tail) == ("accuracy", "one")
    assert by_id("lr-loss").measure == "train_loss"
    assert by_id("combined-leaky").tail == "two"
    assert by_id("fc-loss-falls").section == "4-1"


@pytest.mark.parametrize(
    ("identity", "compared"),
    [
        ("pooling-max", ["max", "base"]),
        ("lr-best", ["0.0008", "0.0001", "0.0002", "0.0004", "0.0016", "0.0032", "0.0064", "0.0128"]),
        ("optimizer-worst", ["adam", "rmsprop", "sgd"]),
        ("scheduler-loss-low", ["100", "200", "400", "800", "1600", "3200"]),
        ("batch-acc", ["10", "20", "40", "80", "160", "320", "640", "1280"]),
        ("lr-large-unstable", ["0.0128"]),
    ],
)
def test_runs_stand_in_the_order_in_which_the_form_compares_them(identity: str, compared: list[str]) -> None:
    assert values(by_id(identity)) == compared


def test_the_base_case_is_one_run_under_all_its_names() -> None:
    runs = compared_runs(by_id("combined-best"), KNOWN)
    assert len(runs) == 1 + 38  # 41 runs less the fully connected network and the other combined setting
    assert [run.run_id for run in runs].count("lenet5") == 1


def test_a_value_added_to_the_config_changes_no_test() -> None:
    rates = plan_of({"learning_rate": {"sweep": {"learning_rate": [0.0001, 0.0003, 0.0008, 0.5]}}})
    known = KnownRuns(experiments=rates.experiments, reported=reported())
    assert values(by_id("lr-acc"), known) == values(by_id("lr-acc"))


def test_what_the_config_lacks_and_the_original_has_is_named_without_a_run() -> None:
    known = KnownRuns(experiments=plan_of({"other": {}}).experiments, reported=reported())
    assert compared_runs(by_id("pooling-max"), known) == [
        ComparedRun(experiment="pooling", value="max", run_id=None),
        ComparedRun(experiment="lenet5_base", value="base", run_id=None),
    ]


def test_an_extension_is_found_where_the_config_holds_it() -> None:
    channels = plan_of({"channels": {"sweep": {"channels": [[6, 16, 120], [32, 64, 256]]}}})
    known = KnownRuns(experiments=channels.experiments, reported=reported())
    assert [run.run_id for run in compared_runs(by_id("wide-channels"), known)] == [
        "lenet5__channels=32x64x256",
        "lenet5",
    ]


def test_the_turn_of_an_extension_that_is_not_run_is_no_fault(tmp_path: Path) -> None:
    changes = {"form": "rise_fall", "experiment": "step_budget", "turn": "batch 160", "extension": True}
    claim = read(tmp_path, of_form(**changes)).claims[0]
    assert [run.run_id for run in compared_runs(claim, KNOWN)] == [None]
    everything = KnownRuns(experiments=plan(changed({"extensions": True})).experiments, reported=reported())
    assert len(compared_runs(claim, everything)) == 8


def fault(folder: Path, claim: dict[str, Any]) -> str:
    """The one sentence that a claim ends with, read or looked up."""
    with pytest.raises(ConfigError) as caught:
        runs_by_claim(read(folder, claim), KNOWN)
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith(".")
    return message


RATES = {**CLAIM, "form": "best", "experiment": "learning_rate", "best": 0.0008}
FORMS = {"a": None, "b": None}


def of_form(**changes: Any) -> dict[str, Any]:
    """A claim of another form: without a and b."""
    return {key: value for key, value in {**CLAIM, **FORMS, **changes}.items() if value is not None}


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        (of_form(**{**RATES, **FORMS, "best": 0.0009}), ["'a-claim': best is '0.0009'", "allowed: 0.0001, 0.0002"]),
        (of_form(form="rising", experiment="rates"), ["'a-claim': experiment is 'rates'", "allowed: fully_connected"]),
        ({**CLAIM, "a": {"experiment": "pool"}}, ["'a-claim': a.experiment is 'pool'", "pooling"]),
        ({**CLAIM, "a": {"experiment": "pooling", "value": "mx"}}, ["a.value is 'mx'", "allowed: average, max."]),
        ({**CLAIM, "b": [BASE, {"experiment": "dropout", "value": 2}]}, ["b[1].value is '2'", "allowed: false, true"]),
        ({**CLAIM, "a": {"experiment": "activation"}}, ["a has no value", "tanh, relu, leaky_relu"]),
        (of_form(form="ranking", experiment="loss", order=["mse", "mae"]), ["order is 'mae'", "multi_margin"]),
        (of_form(form="fall_rise", experiment="batch_size", turn=10), ["turn is '10'", "between its ends: 20, 40"]),
        (of_form(form="plateau", experiment="batch_size", plateau_from=7), ["plateau_from is '7'"]),
        (of_form(form="curve", run=BASE), ["the key 'curve' is missing", "allowed for the form 'curve': run, curve"]),
        (of_form(form="greater", a=MAX), ["the key 'b' is missing"]),
        ({**CLAIM, "best": "x"}, ["the key 'best' has no effect", "allowed for the form 'greater': a, b"]),
        ({**CLAIM, "form": "equivalent", "b": [BASE, BASE]}, ["b is a list", "one run"]),
        # Experiments of which the original prints one value, or two.
        (of_form(form="best", experiment="pooling", best="max"), ["names is pooling max;", "'best': 2 different runs"]),
        (of_form(form="rising", experiment="lenet5_base"), ["'rising': 2 different runs or more"]),
        (of_form(form="rise_fall", experiment="combined"), ["leaky_relu, combined relu;", "'rise_fall': 3 different"]),
    ],
)
def test_a_claim_about_what_is_not_there_is_one_sentence(
    tmp_path: Path, claim: dict[str, Any], words: list[str]
) -> None:
    message = fault(tmp_path, claim)
    assert [word for word in words if word not in message] == [], message


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"id": "A claim"}, ["claims[0].id is the text 'A claim'"]),
        ({"form": "better"}, ["claims[0].form is the text 'better'", "greater"]),
        ({"measure": "acuracy"}, ["'acuracy'", "did you mean 'accuracy'?"]),
        ({"tail": "three"}, ["claims[0].tail is the text 'three'", "one, two"]),
        ({"text": ""}, ["claims[0].text is the text ''"]),
        ({"why": "x"}, ["unknown key 'claims[0].why'"]),
        ({"section": None}, ["claims[0].section is null", "the section of the original"]),
        ({"a": {"experiment": "pooling", "valu": "max"}}, ["unknown key 'claims[0].a.valu'", "did you mean 'value'?"]),
        ({"a": {"experiment": "pooling", "value": None}}, ["claims[0].a.value is null", "as in config.yaml"]),
        ({"a": {"value": "max"}}, ["the key 'claims[0].a.experiment' is missing"]),
        ({"b": []}, ["claims[0].b is []", "at least 1 entry"]),
        ({"b": [{"value": 1}]}, ["the key 'claims[0].b[0].experiment' is missing"]),
        ({"extension": "yes"}, ["claims[0].extension is the text 'yes'", "true or false"]),
    ],
)
def test_a_fault_in_claims_is_one_sentence(tmp_path: Path, changes: dict[str, Any], words: list[str]) -> None:
    message = fault(tmp_path, {**CLAIM, **changes})
    assert [word for word in [str(tmp_path / "claims.yaml"), *words] if word not in message] == [], message


def test_a_claim_that_stands_twice(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"the id 'a-claim' stands twice; allowed: once\.$"):
        read(tmp_path, CLAIM, {**CLAIM, "text": "B beats A"})


@pytest.mark.parametrize(("seeds", "margin"), [(1, 0.5), (3, 0.5), (5, 0.5), (9, 0.5), (10, 0.25), (30, 0.25)])
def test_the_margin_narrows_with_the_seeds(seeds: int, margin: float) -> None:
    assert Margin(relative=False, by_seeds=((5, 0.5), (10, 0.25))).at(seeds) == margin
    assert shipped().margins["accuracy"].at(seeds) == margin


def test_losses_and_times_have_relative_margins() -> None:
    margins = shipped().margins
    assert {name for name, margin in margins.items() if margin.relative} == {"train_loss", "seconds"}
    assert (margins["train_loss"].at(5), margins["train_loss"].at(10)) == (0.05, 0.025)


def test_a_margin_that_is_none_is_refused(tmp_path: Path) -> None:
    margins = {**read_yaml(CLAIMS)["margins"], "accuracy": {"unit": "points", "by_seeds": [{"seeds": 5, "margin": 0}]}}
    with pytest.raises(ConfigError, match=r"margins\.accuracy\.by_seeds\[0\]\.margin is 0; allowed: a number above 0"):
        read(tmp_path, CLAIM, margins=margins)
