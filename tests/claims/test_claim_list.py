"""The claims as data: complete, unchanged and strictly read."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
import yaml
from builders import CLAIMS
from claim_builders import POOLING
from sentences import is_one_sentence

from fmnist.claims.claim_list import ClaimList, read_claims
from fmnist.common.errors import ConfigError
from fmnist.plan.yaml_files import read_yaml

MAX, BASE = POOLING["a"], POOLING["b"]
WITHOUT = {key: value for key, value in POOLING.items() if key not in ("a", "b")}


def fault(folder: Path, document: dict[str, Any]) -> str:
    """Return the sentence with which a list of claims is refused."""
    path = folder / "claims.yaml"
    path.write_text(yaml.safe_dump({**read_yaml(CLAIMS), **document}), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_claims(path)
    message = str(caught.value)
    assert is_one_sentence(message)
    assert message.startswith(f"{path}: ")
    return message


@pytest.fixture(scope="module")
def shipped() -> ClaimList:
    return read_claims(CLAIMS)


def test_the_claims_are_as_they_were_before_any_run_with_two_seeds(shipped: ClaimList) -> None:
    assert len(shipped.claims) == 33
    texts = "\n".join(repr((c.id, c.section, c.form, c.text, c.measure, c.note)) for c in shipped.claims)
    digest = hashlib.sha256(texts.encode()).hexdigest()
    assert digest == "13d8bf6fe4801a3adaea4a10f42badc518c7f9ce6f56adc3ecf9923b7b409846"


def test_a_claim_is_about_accuracy_and_one_sided_unless_it_says_otherwise(shipped: ClaimList) -> None:
    claims = {claim.id: claim for claim in shipped.claims}
    assert (claims["lr-acc"].measure, claims["lr-acc"].tail) == ("accuracy", "one")
    assert claims["lr-loss"].measure == "train_loss"
    assert claims["combined-leaky"].tail == "two"


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        ({**POOLING, "id": "../a"}, ["claims[0].id is '../a'", "small letters and digits"]),
        ({**POOLING, "id": "a\n"}, ["claims[0].id is 'a\\n'", "small letters and digits"]),
        ({**POOLING, "section": "x; rm"}, ["claims[0].section is 'x; rm'", '"4-2-1"']),
        ({**POOLING, "section": -4}, ["claims[0].section is", '"4-2-1"']),
        ({**POOLING, "form": "better"}, ["claims[0].form is 'better'", "greater"]),
        ({**POOLING, "measure": "f1"}, ["claims[0].measure is 'f1'", "accuracy, train_loss"]),
        ({**POOLING, "tail": 1}, ["claims[0].tail is 1", "one, two"]),
        ({**POOLING, "text": "a\0"}, ["claims[0].text: ", "control characters"]),
        ({**POOLING, "note": []}, ["claims[0].note is []", "text"]),
        ({**POOLING, "why": "x"}, ["unknown key claims[0].why"]),
        ({**POOLING, "extension": "yes"}, ["claims[0].extension is 'yes'", "true or false"]),
        ({**POOLING, "a": {"experiment": "pooling", "valu": "max"}}, ["claims[0].a.valu", "did you mean 'value'?"]),
        ({**POOLING, "a": {"experiment": "pooling", "value": {}}}, ["claims[0].a.value is {}", "as in config.yaml"]),
        ({**POOLING, "a": {"experiment": "pooling", "value": float("inf")}}, ["a.value is inf", "as in config.yaml"]),
        ({**POOLING, "a": {"value": "max"}}, ["the required key claims[0].a.experiment is missing"]),
        ({**POOLING, "b": []}, ["claims[0].b is []", "a list"]),
        ({**POOLING, "b": "pooling"}, ["claims[0].b[0] is 'pooling'", "a mapping of keys to values"]),
        ({**POOLING, "b": MAX}, ["'pooling' names a run twice", "expected different runs"]),
        ({**POOLING, "b": [BASE, BASE]}, ["'pooling' names a run twice", "expected different runs"]),
        ({**POOLING, "form": "equivalent", "b": [BASE, {"experiment": "dropout"}]}, ["2 runs in b; expected one"]),
        ({**POOLING, "best": "x"}, ["'pooling' has the key best", "'greater': a, b"]),
        ({**WITHOUT, "a": MAX}, ["'pooling' lacks the key b", "'greater': a, b"]),
        ({**WITHOUT, "form": "curve", "run": BASE}, ["lacks the key curve", "'curve': run, curve"]),
        (None, ["claims[0] is null", "a mapping of keys to values"]),
    ],
)
def test_a_fault_in_a_claim_is_one_sentence(tmp_path: Path, claim: Any, words: list[str]) -> None:
    message = fault(tmp_path, {"claims": [claim]})
    assert [word for word in words if word not in message] == [], message


STEP = {"seeds": 5, "margin": 0}


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"significance": 0}, ["significance is 0", "above 0"]),
        ({"significance": float("nan")}, ["significance is nan", "a number"]),
        ({"claims": {}}, ["claims is {}", "a list"]),
        ({"claims": []}, ["claims is []", "a list"]),
        ({"claims": [POOLING, POOLING]}, ["two claims have the id 'pooling'"]),
        ({"margins": {"accuracy": {"unit": "points", "by_seeds": [STEP]}}}, ["by_seeds[0].margin is 0", "above 0"]),
        ({"margins": {}}, ["margins has no accuracy"]),
    ],
)
def test_a_fault_in_the_list_is_one_sentence(tmp_path: Path, document: dict[str, Any], words: list[str]) -> None:
    message = fault(tmp_path, document)
    assert [word for word in words if word not in message] == [], message


@pytest.mark.parametrize(("seeds", "margin"), [(0, 0.5), (5, 0.5), (9, 0.5), (10, 0.25), (30, 0.25)])
def test_the_margin_narrows_with_the_seeds(shipped: ClaimList, seeds: int, margin: float) -> None:
    assert shipped.margins["accuracy"].at(seeds) == margin


def test_losses_and_times_have_relative_margins(shipped: ClaimList) -> None:
    assert {name for name, margin in shipped.margins.items() if margin.relative} == {"train_loss", "seconds"}
