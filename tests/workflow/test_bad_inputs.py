"""Every broken file of bad_inputs.py: one sentence, and never another exception."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import bad_inputs
import pytest
import yaml
from builders import CLAIMS, REPORTED, REPORTED_SCHEMA, changed, plan, reported
from sentences import is_one_sentence

from fmnist.claims.claim_list import read_claims
from fmnist.claims.compared_runs import KnownRuns, runs_by_claim
from fmnist.common.errors import ConfigError
from fmnist.plan.original import read_reported
from fmnist.plan.yaml_files import read_yaml, stop_unless_readable, validate


def named(cases: list[Any]) -> Any:
    """Parametrize a test by the cases of a table, each by what is wrong in it."""
    return pytest.mark.parametrize(("change", "words"), [c[1:] for c in cases], ids=[c[0] for c in cases])


def refuse(action: Callable[[], object], words: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        action()
    message = str(caught.value)
    assert is_one_sentence(message)
    assert [word for word in words if word not in message] == []


def written(path: Path, document: Any) -> Path:
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return path


@named(bad_inputs.CONFIGS)
def test_a_broken_config(change: dict[str, Any], words: list[str]) -> None:
    refuse(lambda: plan(changed(change)), ["config.yaml: ", *words])


@named(bad_inputs.CLAIMS)
def test_a_broken_claim(tmp_path: Path, change: dict[str, Any], words: list[str]) -> None:
    claim = {**bad_inputs.A_CLAIM, **change}
    path = written(tmp_path / "claims.yaml", {**read_yaml(CLAIMS), "claims": [claim]})
    known = KnownRuns(experiments=plan().experiments, reported=reported())
    refuse(lambda: runs_by_claim(read_claims(path), known), ["claims.yaml: ", *words])


@named(bad_inputs.CLAIM_FILES)
def test_a_broken_list_of_claims(tmp_path: Path, change: dict[str, Any], words: list[str]) -> None:
    path = written(tmp_path / "claims.yaml", changed(change, read_yaml(CLAIMS)))
    refuse(lambda: read_claims(path), ["claims.yaml: ", *words])


@named(bad_inputs.REPORTED)
def test_a_broken_reported_file(tmp_path: Path, change: dict[Any, Any], words: list[str]) -> None:
    path = written(tmp_path / "reported.yaml", {**read_yaml(REPORTED), **change})
    refuse(lambda: read_reported(path, REPORTED_SCHEMA), ["reported.yaml: ", *words])


@named(bad_inputs.FILES)
def test_a_file_that_is_no_config(tmp_path: Path, change: bytes, words: list[str]) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(change)
    with pytest.raises(SystemExit) as caught:
        stop_unless_readable([path])
    assert str(caught.value).startswith(f"Error: {path}")
    refuse(lambda: validate(read_yaml(path), {"type": "object"}, str(path)), words)


def test_what_stands_on_a_page_can_be_any_words() -> None:
    title = "Größe & <b>60 %</b> – \N{GRINNING FACE}\n$x$ #read(1) \\input{a}"
    assert plan(changed({"report/title": title, "report/banner": title})).runs
