"""Bad input: each fault is one sentence that names the key, the value and what is allowed."""

import copy
from typing import Any

import pytest
from builders import CONFIG, DELETED, ROOT, SCHEMA, changed, plan
from sentences import is_one_sentence

from fmnist.common.errors import ConfigError
from fmnist.plan.yaml_files import read_yaml, validate_setting


def refusal(config: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        plan(config)
    return str(caught.value)


# --- the config ------------------------------------------------------------------------------

NEW = "experiments/new"


def entry(**parts: Any) -> dict[str, Any]:
    return {"section": "4-2", "title": "New", **parts}


FAULTS: list[tuple[str, dict[str, Any], list[str]]] = [
    # unknown and missing keys
    ("unknown key at the top", {"seed": 3}, ["unknown key 'seed'", "did you mean 'seeds'?"]),
    ("unknown key in data", {"data/sums": "x"}, ["unknown key 'data.sums'", "allowed: folder, checksums"]),
    ("unknown key in report", {"report/titel": "x"}, ["unknown key 'report.titel'", "did you mean 'title'?"]),
    ("misspelt default", {"defaults/epoch": 3}, ["unknown key 'defaults.epoch'", "did you mean 'epochs'?"]),
    ("unknown model", {"models/vgg": {}}, ["unknown key 'models.vgg'", "allowed: fc, lenet5"]),
    ("key of the other model", {"models/fc/pooling": "max"}, ["unknown key 'models.fc.pooling'", "hidden_units"]),
    ("unknown key in an experiment", {NEW: entry(note="x")}, ["unknown key 'experiments.new.note'", "sweep"]),
    ("missing key at the top", {"device": DELETED}, ["the key 'device' is missing"]),
    ("missing default", {"defaults/gamma": DELETED}, ["the key 'defaults.gamma' is missing"]),
    ("missing title", {NEW: {"section": "1"}}, ["the key 'experiments.new.title' is missing"]),
    # choices
    ("misspelt optimiser", {"defaults/optimizer": "addam"}, ["defaults.optimizer", "'addam'", "adam, sgd, rmsprop"]),
    ("optimiser in capitals", {"defaults/optimizer": "SGD"}, ["defaults.optimizer", "'SGD'", "adam, sgd, rmsprop"]),
    ("unknown loss", {"defaults/loss": "nll"}, ["defaults.loss", "'nll'", "cross_entropy, mse, multi_margin"]),
    ("unknown device", {"device": "gpu"}, ["device", "'gpu'", "auto, cpu, cuda"]),
    ("unknown engine", {"engine": "jax"}, ["engine", "'jax'", "auto, native, torch"]),
    ("unknown activation", {"models/fc/activation": "gelu"}, ["models.fc.activation", "'gelu'", "tanh, relu"]),
    ("unknown pooling", {"models/lenet5/pooling": "avg"}, ["models.lenet5.pooling", "'avg'", "average, max"]),
    ("unknown checksums", {"data/checksums": "none"}, ["data.dataset", "'none'", "fashion_mnist, sample"]),
    ("a choice that is no text", {"defaults/step_unit": 1}, ["defaults.step_unit is 1", "batch, epoch"]),
    ("null for a choice", {"defaults/scheduler": None}, ["defaults.scheduler is null", "none, step"]),
    # numbers
    ("1e-3 as YAML reads it", {"defaults/learning_rate": "1e-3"}, ["learning_rate", "'1e-3'", "write 0.001)"]),
    ("1e-12 as YAML reads it", {"defaults/learning_rate": "1e-12"}, ["'1e-12'", "write 0.000000000001)"]),
    ("1e5 as YAML reads it", {"defaults/epochs": "1e5"}, ["defaults.epochs", "'1e5'", "write 100000)"]),
    ("a number as text", {"defaults/batch_size": "100"}, ["batch_size is the text '100'", "write 100)"]),
    ("a number with a line end", {"defaults/batch_size": "100\n"}, ["batch_size is the text '100\\n'"]),
    ("zero batch size", {"defaults/batch_size": 0}, ["defaults.batch_size is 0", "a whole number of at least 1"]),
    ("negative batch size", {"defaults/batch_size": -5}, ["defaults.batch_size is -5", "a whole number of at least 1"]),
    ("half a batch size", {"defaults/batch_size": 1.5}, ["defaults.batch_size is 1.5", "a whole number"]),
    ("no epochs", {"defaults/epochs": 0}, ["defaults.epochs is 0", "a whole number of at least 1"]),
    ("null epochs", {"defaults/epochs": None}, ["defaults.epochs is null", "a whole number"]),
    ("a truth value as a number", {"defaults/epochs": True}, ["defaults.epochs is true", "a whole number"]),
    ("zero learning rate", {"defaults/learning_rate": 0}, ["defaults.learning_rate is 0", "a number above 0"]),
    ("negative rate", {"defaults/learning_rate": -0.1}, ["defaults.learning_rate is -0.1", "a number above 0"]),
    ("infinite rate", {"defaults/learning_rate": float("inf")}, ["defaults.learning_rate is inf", "a finite number"]),
    ("rate that is no number", {"defaults/learning_rate": float("nan")}, ["learning_rate is nan", "a finite number"]),
    ("rate beyond all floats", {"defaults/learning_rate": 10**400}, ["defaults.learning_rate", "a finite number"]),
    ("momentum of one", {"defaults/momentum": 1}, ["defaults.momentum is 1", "of at least 0 below 1"]),
    ("negative weight decay", {"defaults/weight_decay": -1}, ["defaults.weight_decay is -1", "of at least 0"]),
    ("growing gamma", {"defaults/gamma": 1.1}, ["defaults.gamma is 1.1", "above 0 of at most 1"]),
    ("gamma of zero", {"defaults/gamma": 0}, ["defaults.gamma is 0", "above 0"]),
    ("dropout of everything", {"models/lenet5/dropout_probability": 1.0}, ["dropout_probability is 1.0", "below 1"]),
    (
        "dropout that is no truth value",
        {"models/lenet5/dropout": "yes"},
        ["dropout is the text 'yes'", "true or false"],
    ),
    ("no hidden units", {"models/fc/hidden_units": 0}, ["models.fc.hidden_units is 0", "at least 1"]),
    # channels
    ("two channels", {"models/lenet5/channels": [6, 16]}, ["channels is [6, 16]", "a list of three whole numbers"]),
    ("four channels", {"models/lenet5/channels": [1, 2, 3, 4]}, ["[1, 2, 3, 4]", "a list of three whole numbers"]),
    ("one number as channels", {"models/lenet5/channels": 6}, ["channels is 6", "a list of three whole numbers"]),
    ("a channel of zero", {"models/lenet5/channels": [6, 0, 120]}, ["channels[1] is 0", "at least 1"]),
    ("swept channels too short", {NEW: entry(sweep={"channels": [[6, 16]]})}, ["experiments.new.sweep", "[6, 16]"]),
    ("channels swept without a list", {NEW: entry(sweep={"channels": [6, 16, 120]})}, ["sweep: channels is 6"]),
    # seeds
    ("no seeds", {"seeds": []}, ["seeds is []", "a list of different whole numbers from 0 on"]),
    ("zero seeds", {"seeds": 0}, ["seeds is 0", "how many seeds"]),
    ("repeated seed", {"seeds": [0, 1, 0]}, ["seeds is [0, 1, 0]", "different whole numbers"]),
    ("seed repeated as a float", {"seeds": [1, 1.0]}, ["seeds is [1, 1.0]", "different whole numbers"]),
    ("seed that is a text", {"seeds": ["0"]}, ["seeds[0] is the text '0'", "a whole number of at least 0"]),
    ("half a seed", {"seeds": [0.5]}, ["seeds[0] is 0.5", "a whole number"]),
    ("negative seed", {"seeds": [-1]}, ["seeds[0] is -1", "at least 0"]),
    ("seeds as text", {"seeds": "0,1"}, ["seeds is the text '0,1'", "such as [0, 1, 2]"]),
    ("true seeds", {"seeds": [True]}, ["seeds[0] is true", "a whole number"]),
    # names and folders
    ("results outside", {"results": "../elsewhere"}, ["results is the text '../elsewhere'", 'without ".."']),
    ("results at the root", {"results": "/results"}, ["results is the text '/results'", "below this one"]),
    ("results with a space", {"results": "my results"}, ["results is the text 'my results'"]),
    ("results with a line end", {"results": "results\n"}, ["results is the text 'results\\n'"]),
    ("empty data folder", {"data/folder": ""}, ["data.folder is the text ''"]),
    ("empty title", {"report/title": ""}, ["report.title is the text ''", "a text of 1 to 2000 characters"]),
    ("section as a number", {NEW: entry(section=4)}, ["experiments.new.section is 4", 'quoted, such as "4-2-1"']),
    # experiments
    ("no experiments", {"experiments": {}}, ["experiments is {}", "at least 1 key"]),
    ("experiments as a list", {"experiments": []}, ["experiments is []", "a mapping of keys to values"]),
    ("an experiment of nothing", {NEW: None}, ["experiments.new is null", "a mapping of keys to values"]),
    (
        "empty sweep",
        {NEW: entry(sweep={"epochs": []})},
        ["experiments.new.sweep.epochs is []", "with at least 1 entry"],
    ),
    ("sweep of nothing", {NEW: entry(sweep={})}, ["experiments.new.sweep is {}", "with at least 1 key"]),
    ("sweep of one value", {NEW: entry(sweep={"epochs": 3})}, ["experiments.new.sweep.epochs is 3", "a list"]),
    ("repeated value", {NEW: entry(sweep={"epochs": [3, 3]})}, ["sweep.epochs is [3, 3]", "nothing stands twice"]),
    (
        "sweep of a key that does not exist",
        {NEW: entry(sweep={"speed": [1]})},
        ["new.sweep", "unknown setting 'speed'"],
    ),
    ("misspelt swept key", {NEW: entry(sweep={"batchsize": [1]})}, ["'batchsize'", "did you mean 'batch_size'?"]),
    ("bad value in a sweep", {NEW: entry(sweep={"epochs": [3, 0]})}, ["new.sweep: epochs is 0", "at least 1"]),
    (
        "nan in a sweep",
        {NEW: entry(sweep={"gamma": [float("nan")]})},
        ["experiments.new.sweep.gamma[0] is nan", "a finite number"],
    ),
    ("1e-3 in a sweep", {NEW: entry(sweep={"learning_rate": ["1e-3"]})}, ["new.sweep: learning_rate", "write 0.001)"]),
    ("unknown key in set", {NEW: entry(set={"speed": 1})}, ["new.set", "unknown setting 'speed'"]),
    ("misspelt optimiser in set", {NEW: entry(set={"optimizer": "sdg"})}, ["new.set", "'sdg'", "did you mean 'sgd'?"]),
    ("empty set", {NEW: entry(set={})}, ["experiments.new.set is {}", "with at least 1 key"]),
    (
        "set and swept",
        {NEW: entry(set={"epochs": 3}, sweep={"epochs": [4]})},
        ["'epochs' stands in both set and sweep"],
    ),
    (
        "setting of another model",
        {NEW: entry(set={"model": "fc", "pooling": "max"})},
        ["'pooling' is no setting", "'fc'"],
    ),
    (
        "sweep of another model's",
        {NEW: entry(sweep={"hidden_units": [3]})},
        ["'hidden_units' is no setting", "'lenet5'"],
    ),
    # extensions and cases
    ("extensions as a number", {"extensions": 1}, ["extensions is 1", "true or false"]),
    ("extensions as --config reads true", {"extensions": "true"}, ["extensions is the text 'true'", "True or False)"]),
    ("missing extensions", {"extensions": DELETED}, ["the key 'extensions' is missing"]),
    ("extension that is no truth value", {NEW: entry(extension="yes")}, ["new.extension is the text 'yes'"]),
    (
        "nothing but extensions, and none wanted",
        {"experiments": {"new": entry(extension=True)}},
        ["extensions is false and every experiment is an extension", "allowed: true"],
    ),
    (
        "sweep and cases",
        {NEW: entry(sweep={"epochs": [3]}, cases={"a": {}})},
        ["experiments.new: both sweep and cases", "one of them"],
    ),
    ("no cases", {NEW: entry(cases={})}, ["experiments.new.cases is {}", "with at least 1 key"]),
    ("cases as a list", {NEW: entry(cases=["a"])}, ["new.cases is ['a']", "a mapping of keys to values"]),
    ("a case of nothing", {NEW: entry(cases={"a": None})}, ["new.cases.a is null", "a mapping of keys to values"]),
    ("a case with a comma", {NEW: entry(cases={"a, b": {}})}, ["new.cases has the name 'a, b'", 'spaces, "_"']),
    ("a case with a space at its end", {NEW: entry(cases={"a ": {}})}, ["new.cases has the name 'a '"]),
    ("a case with a line end", {NEW: entry(cases={"a\n": {}})}, ["new.cases has the name 'a\\n'"]),
    ("a case that is a number", {NEW: entry(cases={10: {}})}, ["new.cases has the name 10"]),
    ("misspelt key of a case", {NEW: entry(cases={"a": {"epoch": 3}})}, ["new.cases.a: unknown setting 'epoch'"]),
    ("bad value of a case", {NEW: entry(cases={"a": {"epochs": 0}})}, ["new.cases.a: epochs is 0", "at least 1"]),
    (
        "a case without an effect",
        {NEW: entry(cases={"a": {"step_size": 5}})},
        ["new.cases.a: step_size is 5", "scheduler is 'none'"],
    ),
    (
        "two cases that are one run",
        {NEW: entry(cases={"a": {}, "b": {"epochs": 20}})},
        ["new.cases.b has the settings of another case"],
    ),
    # settings without an effect
    ("scheduler without step size", {NEW: entry(set={"scheduler": "step"})}, ["step_size is null", "a whole number"]),
    ("step size without scheduler", {NEW: entry(set={"step_size": 5})}, ["step_size is 5", "scheduler is 'none'"]),
    ("plateau without patience", {NEW: entry(set={"scheduler": "plateau"})}, ["patience is null", "of at least 0"]),
    ("patience without scheduler", {NEW: entry(set={"patience": 0})}, ["patience is 0", "scheduler is 'none'"]),
    (
        "patience of StepLR",
        {NEW: entry(set={"scheduler": "step", "step_size": 5, "patience": 1})},
        ["patience is 1", "scheduler is 'step'", "scheduler: plateau"],
    ),
    (
        "step size of plateau",
        {NEW: entry(set={"scheduler": "plateau", "patience": 1, "step_size": 5})},
        ["step_size is 5", "scheduler is 'plateau'", "scheduler: step"],
    ),
    ("negative patience", {"defaults/patience": -1}, ["defaults.patience is -1", "of at least 0"]),
    ("momentum of Adam", {NEW: entry(set={"momentum": 0.9})}, ["momentum is 0.9", "optimizer is 'adam'"]),
    ("default without effect", {"defaults/momentum": 0.5}, ["experiments.fully_connected", "momentum is 0.5"]),
]


@pytest.mark.parametrize(("changes", "words"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS])
def test_a_fault_is_one_sentence(changes: dict[str, Any], words: list[str]) -> None:
    message = refusal(changed(changes))
    assert is_one_sentence(message)
    assert [word for word in ["config.yaml: ", *words] if word not in message] == []


@pytest.mark.parametrize("name", ["a/b", "..", "a..b", "a b", "", "-a", ".hidden", "a,b", "a\n", "ä", 1, True, None])
def test_a_name_that_is_no_file_name(name: Any) -> None:
    config = copy.deepcopy(CONFIG)
    config["experiments"] = {name: entry()}
    message = refusal(config)
    assert is_one_sentence(message)
    assert f"experiments has the name {name!r}" in message
    assert 'allowed: a name in letters, digits, "_", "-" and "."' in message


@pytest.mark.parametrize("name", ["classes", "confusion", "fc_network", "reported_vs_replicated", "verdicts"])
def test_a_name_whose_figure_is_another(name: str) -> None:
    config = copy.deepcopy(CONFIG)
    config["experiments"] = {name: entry()}
    assert "other than classes, confusion, fc_network" in refusal(config)


@pytest.mark.parametrize("document", [None, [], "text", 3])
def test_a_document_that_is_no_config(document: Any) -> None:
    message = refusal(document)
    assert is_one_sentence(message)
    assert "config.yaml: the file is " in message
    assert "allowed: a mapping of keys to values" in message


def test_a_long_value_is_cut() -> None:
    message = refusal(changed({"device": "x" * 500}))
    assert len(message) < 200
    assert "xxx..." in message


def test_the_first_fault_is_reported_in_the_order_of_the_keys() -> None:
    assert "device" in refusal(changed({"seeds": [], "device": "x"}))


def test_the_shipped_config_is_accepted_with_quick_laid_over_it() -> None:
    quick = read_yaml(ROOT / "config.quick.yaml")
    merged = changed(
        {f"{part}/{key}": value for part in ("data", "report", "defaults") for key, value in quick[part].items()}
    )
    assert len(plan(changed({"results": quick["results"], "seeds": quick["seeds"]}, merged)).runs) == 41
    assert set(quick) == {"results", "seeds", "data", "report", "defaults"}


@pytest.mark.parametrize("key", SCHEMA["$defs"]["settings"])
def test_every_setting_has_a_checked_default(key: str) -> None:
    holders = [CONFIG["defaults"], *CONFIG["models"].values()]
    values = [holder[key] for holder in holders if key in holder]
    assert values
    for value in values:
        validate_setting(key, value, SCHEMA, "here")
    with pytest.raises(ConfigError, match=f"^here: {key}"):
        validate_setting(key, {"no": "setting is a mapping"}, SCHEMA, "here")
