"""The claims as data: complete, unchanged and strictly read."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
import yaml
from builders import CLAIMS
from claim_builders import ALIKE, POOLING, A, B, claim, rate_claim
from sentences import refusal

from fmnist.claims.claim_list import ClaimList, read_claims
from fmnist.plan.yaml_files import read_yaml

WITHOUT = {key: value for key, value in POOLING.items() if key not in ("a", "b")}
C = {"experiment": "dropout"}


def fault(folder: Path, document: dict[str, Any]) -> str:
    """Return the sentence with which a list of claims is refused."""
    path = folder / "claims.yaml"
    path.write_text(yaml.safe_dump({**read_yaml(CLAIMS), **document}), encoding="utf-8")
    message = refusal(read_claims, path)
    assert message.startswith(f"{path}: ")
    return message


@pytest.fixture(scope="module")
def shipped() -> ClaimList:
    return read_claims(CLAIMS)


def test_the_claims_are_as_they_were_before_the_first_fresh_seed(shipped: ClaimList) -> None:
    assert (len(shipped.tested), len(shipped.asserted)) == (44, 11)
    texts = [(c.id, c.section, c.says, c.quote) for c in shipped.tested]
    texts += [("", c.section, c.says, c.quote) for c in shipped.asserted]
    digest = hashlib.sha256("\n".join(map(repr, texts)).encode()).hexdigest()
    assert digest == "0270214c2daa7ba2028dba54a2bdd08dc9cdc6ad2334846311c437d7fcd26b04"


def test_one_margin_for_every_number_of_seeds(shipped: ClaimList) -> None:
    margins = {name: (margin.margin, margin.relative) for name, margin in shipped.margins.items()}
    points = {"accuracy": (0.5, False), "generalization_gap": (0.5, False)}
    assert margins == {**points, "train_loss": (0.05, True), "seconds": (0.1, True)}
    assert shipped.significance == 0.05
    assert "commit ff34045" in (shipped.registered or "")


def test_a_claim_is_about_accuracy_in_the_originals_words_unless_it_says_otherwise(shipped: ClaimList) -> None:
    by_id = {one.id: one for one in shipped.tested}
    assert (by_id["rate-acc"].measure, by_id["rate-loss"].measure) == ("accuracy", "train_loss")
    assert {one.id for one in shipped.tested if one.reading} == {"combined-best", "combined-leaky", "fc-overfits"}
    assert {one.id for one in shipped.tested if one.only_gain} == {"scheduler-no-gain"}
    assert {one.id for one in shipped.tested if one.contrast_lacks_it} == {"rate-unstable"}


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({**POOLING, "id": "../a"}, ["tested[0].id is '../a'", "small letters and digits"]),
        ({**POOLING, "section": "x; rm"}, ["tested[0].section is 'x; rm'", '"4-2-1"']),
        ({**POOLING, "form": "better"}, ["tested[0].form is 'better'", "above"]),
        ({**POOLING, "measure": "f1"}, ["there is no measure 'f1'", "accuracy, train_loss"]),
        ({**POOLING, "says": "a\0"}, ["tested[0].says: ", "control characters"]),
        ({**POOLING, "note": []}, ["tested[0].note is []", "text"]),
        ({**POOLING, "why": "x"}, ["unknown key tested[0].why"]),
        ({**POOLING, "extension": "yes"}, ["tested[0].extension is 'yes'", "true or false"]),
        ({**POOLING, "a": {"experiment": "pooling", "valu": "max"}}, ["tested[0].a.valu", "did you mean 'value'?"]),
        ({**POOLING, "a": {"experiment": "pooling", "value": {}}}, ["tested[0].a.value is {}", "as in config.yaml"]),
        ({**POOLING, "a": {"value": "max"}}, ["the required key tested[0].a.experiment is missing"]),
        ({**POOLING, "b": []}, ["tested[0].b is []", "a list"]),
        ({**POOLING, "b": A}, ["'pooling' names a run twice", "expected different runs"]),
        ({**POOLING, "b": [B, C]}, ["'pooling' has 2 runs in b", "expected one for the form 'above'"]),
        ({**POOLING, "experiment": "pooling"}, ["'pooling' has the key experiment", "'above': a, b"]),
        ({**POOLING, "only_gain": True}, ["'pooling' has the key only_gain", "'above': a, b"]),
        ({**WITHOUT, "a": A}, ["'pooling' lacks the key b", "'above': a, b"]),
        ({**ALIKE, "b": [B, C]}, ["2 runs in b; expected one for the form 'level'"]),
        (claim("level", a=A), ["'level' lacks the key b", "'level': a, b or experiment"]),
        (claim("best", a=A, b=[B, C]), ["lacks the key direction", "'best': a, b, direction"]),
        (claim("best", a=A, b=B, direction="rises"), ["has the direction 'rises'; expected highest or lowest"]),
        (rate_claim("trend", direction="highest"), ["has the direction 'highest'; expected rises or falls"]),
        (rate_claim("turn", direction="falls"), ["'falls'; expected rises then falls or falls then rises"]),
        (rate_claim("trend", direction="falls", values=[1]), ["tested[0].values is [1]"]),
        (claim("curve", run=B, curve="falls_at_every_epoch"), ["lacks the key contrast", "'curve': run, curve, contr"]),
        (None, ["tested[0] is null", "a mapping of keys to values"]),
    ],
)
def test_a_fault_in_a_claim_is_one_sentence(tmp_path: Path, entry: Any, words: list[str]) -> None:
    message = fault(tmp_path, {"tested": [entry]})
    assert [word for word in words if word not in message] == [], message


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"significance": 0}, ["significance is 0", "above 0"]),
        ({"significance": float("nan")}, ["significance is nan", "a number"]),
        ({"tested": {}}, ["tested is {}", "a list"]),
        ({"tested": []}, ["tested is []", "a list"]),
        ({"tested": [POOLING, POOLING]}, ["two claims have the id 'pooling'"]),
        ({"tested": [{**POOLING, "other_reading": "x"}]}, ["has the other_reading 'x'; expected a claim's id"]),
        ({"margins": {"accuracy": {"unit": "points", "margin": 0}}}, ["margins.accuracy.margin is 0", "above 0"]),
        ({"margins": {}}, ["margins has no accuracy"]),
        ({"asserted": [POOLING]}, ["unknown key asserted[0]."]),
    ],
)
def test_a_fault_in_the_list_is_one_sentence(tmp_path: Path, document: dict[str, Any], words: list[str]) -> None:
    message = fault(tmp_path, document)
    assert [word for word in words if word not in message] == [], message
