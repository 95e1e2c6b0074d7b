"""A fault in a config is one sentence that names the file, the key, the value and what was expected."""

from dataclasses import fields
from typing import Any

import pytest
from builders import CONFIG, DELETED, ROOT, changed, plan
from sentences import refusal

from fmnist.plan.config import resolved
from fmnist.plan.yaml_files import read_yaml
from fmnist.training.settings import CommonSettings

NEW = "experiments/new"


def entry(**parts: Any) -> dict[str, Any]:
    return {"section": "4-2", "title": "New", **parts}


# Where the value is, the value, and what the sentence says.
FAULTS: list[tuple[str, Any, list[str]]] = [
    ("seed", 3, ["unknown key seed", "did you mean 'seeds'?"]),
    ("defaults/pooling", "max", ["unknown key defaults.pooling"]),
    ("models/vgg", {}, ["a key of models is 'vgg'", "fc, lenet5"]),
    ("models/fc/pooling", "max", ["unknown key models.fc.pooling", "hidden_units"]),
    ("defaults/model", "vgg", ["defaults.model is 'vgg'", "fc, lenet5"]),
    ("experiments", DELETED, ["required key experiments is missing"]),
    ("experiments", {}, ["experiments is {}", "at least one"]),
    ("experiments", [], ["experiments is []"]),
    (NEW, {"section": "1"}, ["required key experiments.new.title is missing"]),
    (NEW, entry(note="x"), ["unknown key experiments.new.note"]),
    (NEW, entry(section=4), ["experiments.new.section is 4", '"4-2-1"']),
    (NEW, entry(section="4\n"), ["experiments.new.section is '4\\n' (text)"]),
    (NEW, entry(set=[1]), ["experiments.new.set is [1]"]),
    (NEW, entry(sweep={"epochs": 3}), ["experiments.new.sweep.epochs is 3", "a list of at least one value"]),
    (NEW, entry(sweep={"epochs": [3, 3]}), ["experiments.new", "{'epochs': 3}", "the same run as another value"]),
    (NEW, entry(sweep={"speed": [1]}), ["experiments.new", "unknown key speed"]),
    (NEW, entry(sweep={"channels": [[6, 16]]}), ["experiments.new", "channels[2] is missing"]),
    (NEW, entry(set={"epochs": 3}, sweep={"epochs": [4]}), ["experiments.new", "epochs is in both set and sweep"]),
    (NEW, entry(sweep={"epochs": [3]}, cases={"a": {}}), ["experiments.new", "sweep and cases"]),
    (NEW, entry(cases={"a, b": {}}), ["experiments.new.cases has the name 'a, b' (text)"]),
    (NEW, entry(cases={"a": {"epoch": 3}}), ["experiments.new.cases.a", "unknown key epoch"]),
    (NEW, entry(cases={"a": {}, "b": {"epochs": 20}}), ["experiments.new.cases.b", "the same run"]),
    (NEW, entry(sweep={k: list(range(1, 1001)) for k in ("epochs", "batch_size")}), ["1,000,000 runs", "100,000"]),
    (NEW, entry(sweep={"learning_rate": [5e-324]}), ["experiments.new", "at most 200"]),
    (NEW, entry(sweep={"learning_rate": [1e22]}), ["experiments.new", "the run lenet5__learning_rate=1000", "repeats"]),
    ("experiments/x" + "ab" * 20, entry(), ["experiments has the name 'xab", "twenty repeats"]),
    ("experiments/Pooling", entry(), ["'pooling' and 'Pooling'", "differ in more than capitals"]),
    ("experiments/Classes", entry(), ["'Classes'", "a figure of the report"]),
    ("defaults/learning_rate", "1e-3", ["defaults.learning_rate is '1e-3' (text)", "written 0.001"]),
    ("defaults/learning_rate", 10**400, ["defaults.learning_rate is 1000", "a number above 0"]),
    ("models/lenet5/channels", [6, 0, 120], ["models.lenet5.channels[1] is 0", "from 1 to 10,000"]),
    ("seeds", [], ["seeds is []"]),
    ("seeds", ["0", "x"], ["seeds is ['0', 'x']"]),
    ("seeds", [0, 1, 0], ["seeds", "a seed twice"]),
    ("seeds", "reused", ["seeds is 'reused' and reuse is null", "expected the folder"]),
    ("seeds", "0", ["seeds is '0' (text)", "a whole number from 1 to 10,000"]),
    ("extensions", "yes", ["extensions is 'yes' (text)", "true or false"]),
    ("device", "x" * 500, ["device is 'xxx", "auto, cpu, cuda"]),
    ("data/folder", "a\0b", ["data.folder is 'a\\x00b' (text)"]),
    ("report/title", " \n", ["report.title", "blank"]),
    ("report/title", "\x1b[2J", ["report.title", "control characters"]),
    ("data", None, ["data is null", "a mapping"]),
    # Older names of keys.
    ("defaults/step_unit", "x", ["the key defaults.step_unit is called scheduler_interval now"]),
    ("data/checksums", "x", ["the key data.checksums is called dataset now"]),
    ("experiments/pooling/most_seeds", "x", ["the key experiments.pooling.most_seeds is called max_seeds now"]),
    # What decides nothing in a run, or cannot be trained.
    (NEW, entry(set={"step_size": 5}), ["step_size is 5 and has no effect", "expected scheduler: step."]),
    (NEW, entry(set={"gamma": 0.5}), ["has no effect", "expected scheduler: step or plateau."]),
    (NEW, entry(set={"scheduler": "step", "step_size": 5, "patience": 1}), ["patience is 1", "scheduler: plateau."]),
    (NEW, entry(set={"scheduler": "plateau"}), ["experiments.new", "patience is null"]),
    (NEW, entry(set={"batch_norm": True}, sweep={"batch_size": [1]}), ["batch_norm", "a batch of one image"]),
    (NEW, entry(set={"batch_norm": True, "batch_size": 59_999}), ["batch_norm", "a batch of one image"]),
]


@pytest.mark.parametrize(("place", "value", "words"), FAULTS)
def test_a_fault_is_one_sentence(place: str, value: Any, words: list[str]) -> None:
    message = refusal(plan, changed({place: value}))
    assert [word for word in ["config.yaml: ", *words] if word not in message] == []
    assert len(message) < 500


@pytest.mark.parametrize("document", [None, [], "text", {1: 2}])
def test_a_document_that_is_no_config(document: Any) -> None:
    assert "config.yaml" in refusal(plan, document)


@pytest.mark.parametrize("name", ["a/b", "..", "a..b", "a b", "", "-a", ".hidden", "a,b", "a\n", "ä", "a-", 1, None])
def test_a_name_that_is_no_file_name(name: Any) -> None:
    assert "experiments" in refusal(plan, {**CONFIG, "experiments": {name: entry()}})


@pytest.mark.parametrize(
    "folder", ["../x", "/x", "a b", "", "results/.git", "a//b", "x/", "$(id)", "-rf", "{x}", "a\n"]
)
def test_results_are_in_a_plain_folder_below_the_project(folder: str) -> None:
    assert "results" in refusal(plan, changed({"results": folder}))


@pytest.mark.parametrize("folder", ["reference", "fmnist/out", "tests/x", "config/out"])
def test_results_do_not_overwrite_the_project(folder: str) -> None:
    assert "not the project's own" in refusal(plan, changed({"results": folder}))


def test_an_experiment_of_null_is_left_out() -> None:
    assert set(plan(changed({"experiments/loss": None})).experiments) == set(plan().experiments) - {"loss"}


def test_cuda_graphs_on_the_cpu_are_refused() -> None:
    message = refusal(plan, changed({"engine": "graph", "device": "cpu"}))
    assert [word for word in ("engine is 'graph' and device is 'cpu'", "device: auto") if word not in message] == []


def test_batches_larger_than_the_data_are_refused() -> None:
    message = refusal(plan, changed({"data/dataset": "sample", NEW: entry(set={"batch_size": 1501})}))
    assert [word for word in ("batch_size is 1501", "'sample'", "1,500 training images") if word not in message] == []


def test_the_quick_config_lies_over_the_shipped_one() -> None:
    quick = read_yaml(ROOT / "config.quick.yaml")
    parts = {f"{part}/{key}": value for part in ("data", "report", "defaults") for key, value in quick[part].items()}
    assert len(plan(changed({**parts, "results": quick["results"], "seeds": quick["seeds"]})).runs) == 41


def test_a_resolved_config_leaves_nothing_to_a_default_and_is_a_config() -> None:
    config = changed({"defaults/epochs": 3, "models/fc/epochs": 4, "models/lenet5/pooling": "max"})
    whole = resolved(plan(config).config)
    assert (whole["defaults"]["epochs"], plan(whole).runs["fc"].epochs) == (3, 4)
    assert (whole["models"]["lenet5"]["pooling"], whole["models"]["fc"]["hidden_units"]) == ("max", 512)
    assert plan(whole).runs == plan(config).runs
    assert resolved(plan(whole).config) == whole


def test_a_resolved_config_has_one_order_so_that_the_report_is_not_made_again() -> None:
    assert list(resolved(plan().config)["defaults"]) == ["model", *(field.name for field in fields(CommonSettings))]
