"""Networks of a config's author: planned, trained and named as the built-in ones, and each fault one sentence."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import ROOT, plan, plan_of
from sentences import refusal

from fmnist.training import models, settings
from fmnist.training.dataset import Dataset
from fmnist.training.loop import train

RESIDUAL = "examples.own_network.residual:Residual"
SET = {"model": RESIDUAL}


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The networks that a test joins are unknown to the next."""
    monkeypatch.chdir(ROOT)
    for known in (settings.MODELS, models.MODELS):
        for name, kind in known.items():
            monkeypatch.setitem(known, name, kind)
    yield
    for known in (settings.MODELS, models.MODELS):
        for name in set(known) - {"fc", "lenet5"}:
            del known[name]


def test_its_runs_are_planned_by_its_settings() -> None:
    found = plan_of({"residual": {"set": SET, "sweep": {"width": [8, 16]}}})
    name = RESIDUAL.replace(":", ".")
    assert list(found.runs) == [name, f"{name}__width=16"]
    assert found.runs[name].settings()["blocks"] == 1
    assert found.defaults[RESIDUAL].settings()["width"] == 8


def test_it_can_be_the_default_network_with_defaults_of_its_own() -> None:
    found = plan_of({"base": {}}, {"defaults": {"model": RESIDUAL}, "models": {RESIDUAL: {"width": 4}}})
    assert [run.settings()["width"] for run in found.runs.values()] == [4]


def test_the_shipped_runs_have_the_same_ids_beside_it() -> None:
    before = list(plan().runs)
    plan_of({"residual": {"set": SET}})
    assert list(plan().runs) == before


def test_it_is_trained_by_torch_and_the_same_twice(few_images: Dataset) -> None:
    (run,) = plan_of({"residual": {"set": {**SET, "epochs": 2, "batch_size": 20}}}).runs.values()
    first, second = train(run, few_images, 0), train(run, few_images, 0)
    assert (first.engine, len(first.epochs)) == ("torch", 2)
    assert first.epochs == second.epochs
    assert first.parameter_count == 8 * 10 + 2 * (8 * 8 * 9 + 8) + (8 * 49 + 1) * 10


@pytest.mark.parametrize(
    ("experiment", "words"),
    [
        ({"set": {**SET, "widht": 4}}, ["experiments.x: unknown key widht", "did you mean 'width'?"]),
        ({"set": {**SET, "width": 0}}, ["experiments.x: width is 0", "from 1 to 1,024"]),
        ({"set": {"model": "no.where:Net"}}, ["experiments.x: model is 'no.where:Net'", "no.where cannot be imported"]),
        ({"set": {"model": "fmnist.training.loop:train"}}, ["fmnist.training.loop:train has no frozen settings"]),
        ({"set": {"model": "a b:c"}}, ["model is 'a b:c'", "or package.module:Net"]),
        ({"set": {"model": "../x:c"}}, ["model is '../x:c'", "or package.module:Net"]),
        ({"set": {"model": "lenet"}}, ["model is 'lenet'", "one of fc, lenet5", "did you mean 'lenet5'?"]),
    ],
)
def test_a_fault_is_one_sentence(experiment: dict[str, object], words: list[str]) -> None:
    message = refusal(plan_of, {"x": experiment})
    assert [word for word in words if word not in message] == [], message


GOOD = (Path(ROOT) / "examples/own_network/residual.py").read_text(encoding="utf-8").replace(RESIDUAL, "mine:Residual")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("ResidualSettings", "OtherSettings", "no frozen settings"),
        ("(CommonSettings)", "", "no frozen settings that extend CommonSettings"),
        ('= "mine:Residual"', '= "mine:Other"', "the settings of mine:Residual have another model"),
        ("class Residual(nn.Module)", "class Other(nn.Module)", "mine:Residual is no torch.nn.Module"),
        ("import", "imprt", "mine cannot be imported (invalid syntax"),
    ],
)
def test_a_fault_in_its_module_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, message: str
) -> None:
    (tmp_path / "mine.py").write_text(GOOD.replace(old, new), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "mine", raising=False)
    said = refusal(plan_of, {"x": {"set": {"model": "mine:Residual"}}})
    assert message in said
    assert "mine:Residual" not in settings.MODELS
