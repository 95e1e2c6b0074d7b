"""Broken configs, claims, reported files and YAML: what each changes, and the words its sentence must hold."""

from typing import Any

NEW = "experiments/new"
TEXT = "a text of 1 to 2000 characters, not blank, without control characters"


def entry(**changes: Any) -> dict[str, Any]:
    return {"section": "4-2", "title": "A title", **changes}


EVERY_SETTING = {  # legal one by one; the folder's name of the run would be too long
    "epochs": 3,
    "batch_size": 12345,
    "last_batch": "drop",
    "loss": "multi_margin",
    "optimizer": "rmsprop",
    "learning_rate": 0.000123456789,
    "momentum": 0.123456789,
    "weight_decay": 0.0000123456789,
    "scheduler": "step",
    "step_size": 1234567,
    "gamma": 0.123456789,
    "step_unit": "epoch",
    "channels": [32, 64, 256],
}

# (what is wrong, {place: value} as builders.changed takes it, words of the sentence)
CONFIGS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("a seed beyond every table", {"seeds": [10**300]}, ["seeds[0] is 1000", "at most 4294967295"]),
    ("a seed just beyond", {"seeds": [2**32]}, ["seeds[0] is 4294967296", "at most 4294967295"]),
    ("too many seeds", {"seeds": 10001}, ["seeds is 10001", "how many seeds"]),
    ("seeds as a mapping", {"seeds": {}}, ["seeds is {}", "a list of different whole numbers"]),
    ("an experiment without seeds", {NEW: entry(max_seeds=0)}, ["experiments.new.max_seeds is 0", "at least 1"]),
    ("most seeds as a list", {NEW: entry(max_seeds=[5])}, ["max_seeds is [5]", "a whole number"]),
    ("null seeds", {"seeds": None}, ["seeds is null", "a list of different whole numbers"]),
    ("a list in the seeds", {"seeds": [[0]]}, ["seeds[0] is [0]", "a whole number"]),
    ("epochs without end", {"defaults/epochs": 10**300}, ["defaults.epochs is 1000", "at most 1000000"]),
    ("a list of epochs", {"defaults/epochs": [20]}, ["defaults.epochs is [20]", "a whole number"]),
    ("a batch larger than the data", {"defaults/batch_size": 60001}, ["batch_size is 60001", "at most 60000"]),
    (
        "a batch larger than the sample",
        {"data/checksums": "sample", NEW: entry(set={"batch_size": 1501})},
        ["experiments.new", "batch_size is 1501", "'sample'", "its 1500 training images"],
    ),
    ("a layer larger than any memory", {"models/fc/hidden_units": 10**15}, ["hidden_units is 1000", "at most 100000"]),
    ("channels beyond any memory", {"models/lenet5/channels": [6, 16, 10**9]}, ["channels[2]", "at most 10000"]),
    ("a text among the channels", {"models/lenet5/channels": [6, "16", 120]}, ["channels[1] is the text '16'"]),
    ("steps as a huge float", {NEW: entry(set={"scheduler": "step", "step_size": 1e300})}, ["step_size is 1e+300"]),
    ("patience beyond any run", {NEW: entry(set={"patience": 10**9})}, ["patience is 1000000000", "at most 1000000"]),
    ("minus infinity", {"defaults/weight_decay": float("-inf")}, ["weight_decay is -inf", "a finite number"]),
    ("negative dropout", {"models/lenet5/dropout_probability": -0.1}, ["dropout_probability is -0.1", "at least 0"]),
    ("dropout as a number", {"models/lenet5/dropout": 1}, ["models.lenet5.dropout is 1", "true or false"]),
    ("batch norm as a word", {"models/lenet5/batch_norm": "on"}, ["batch_norm is the text 'on'", "true or false"]),
    ("a list for the optimiser", {"defaults/optimizer": ["adam"]}, ["defaults.optimizer is ['adam']", "adam, sgd"]),
    ("an unknown scheduler", {"defaults/scheduler": "cosine"}, ["scheduler is the text 'cosine'", "none, step"]),
    ("null data", {"data": None}, ["data is null", "a mapping of keys to values"]),
    ("defaults as a list", {"defaults": []}, ["defaults is []", "a mapping of keys to values"]),
    ("models as a text", {"models": "lenet5"}, ["models is the text 'lenet5'", "a mapping of keys to values"]),
    ("a data folder that is a number", {"data/folder": 3}, ["data.folder is 3", "null, or the path of a folder"]),
    ("a zero byte in the data folder", {"data/folder": "a\0b"}, ["data.folder is the text 'a\\x00b'", "control"]),
    ("an endless data folder", {"data/folder": "x" * 5000}, ["data.folder is the text 'xxx", "at most 1000"]),
    ("a reused folder that is a number", {"reuse": 3}, ["reuse is 3", "null, or the path of a folder"]),
    ("a reused folder that is true", {"reuse": True}, ["reuse is true", "null, or the path of a folder"]),
    ("results in a hidden folder", {"results": "a/.git"}, ["results is the text 'a/.git'", "a folder below this one"]),
    ("results with a trailing slash", {"results": "results/"}, ["results is the text 'results/'", "a folder below"]),
    ("results with two slashes", {"results": "a//b"}, ["results is the text 'a//b'", "a folder below this one"]),
    ("results over the reference", {"results": "reference"}, ["results is the text 'reference'", "not the project's"]),
    ("results among the sources", {"results": "fmnist/out"}, ["results is the text 'fmnist/out'", "not the project's"]),
    ("results with a command", {"results": "$(id)"}, ["results is the text '$(id)'", "letters, digits"]),
    ("results as an option", {"results": "-rf"}, ["results is the text '-rf'", "letters, digits"]),
    ("endless results", {"results": "a" * 201}, ["results is the text 'aaa", "at most 200 characters"]),
    ("results as a wildcard", {"results": "{run_id}"}, ["results is the text '{run_id}'", "letters, digits"]),
    ("a blank title", {"report/title": " \n"}, ["report.title is the text ' \\n'", TEXT]),
    ("a title that is a number", {"report/title": 5}, ["report.title is 5", TEXT]),
    ("a zero byte in a title", {"report/title": "a\0"}, ["report.title is the text 'a\\x00'", TEXT]),
    ("half a character in a title", {"report/title": "\ud800"}, ["report.title is the text '\\ud800'", TEXT]),
    ("an endless title", {NEW: entry(title="x" * 2001)}, ["experiments.new.title is the text 'xxx", TEXT]),
    ("a banner that is false", {"report/banner": False}, ["report.banner is false", TEXT]),
    ("an escape in the banner", {"report/banner": "\x1b[2J"}, ["report.banner is the text '\\x1b[2J'", TEXT]),
    (
        "two names for one file on a Mac",
        {"experiments/Pooling": entry()},
        ["experiments has the names 'pooling' and 'Pooling'", "differ in more than capitals"],
    ),
    ("the name of another figure", {"experiments/verdicts": entry()}, ["the name 'verdicts'", "other than"]),
    ("an endless name", {f"experiments/{'a' * 101}": entry()}, ["the name 'aaa", "at most 100 characters"]),
    ("an endless case", {NEW: entry(cases={"a" * 101: {}})}, ["new.cases has the name", "at most 100 characters"]),
    ("a run whose folder has too long a name", {NEW: entry(set=EVERY_SETTING)}, ["experiments.new", "at most 200"]),
    (
        "a number of 300 decimals",
        {NEW: entry(sweep={"learning_rate": [5e-324]})},
        ["experiments.new: the run lenet5__learning_rate=0.000", "at most 200", "shorter numbers"],
    ),
    (
        "a grid of a thousand million runs",
        {NEW: entry(sweep={key: list(range(1, 1001)) for key in ("epochs", "batch_size", "step_size")})},
        ["experiments.new.sweep is a grid of 1,000,000,000 runs", "at most 100,000"],
    ),
    ("set as a list", {NEW: entry(set=[1])}, ["experiments.new.set is [1]", "a mapping of keys to values"]),
    ("a setting that is a number", {NEW: entry(set={1: 2})}, ["new.set: unknown setting 1", "model, epochs"]),
    ("a sweep of lists", {NEW: entry(sweep={"epochs": [[3]]})}, ["new.sweep: epochs is [3]", "a whole number"]),
    ("a sweep of mappings", {NEW: entry(sweep={"epochs": [{"a": 1}]})}, ["epochs is {'a': 1}", "a whole number"]),
    ("true for one", {NEW: entry(sweep={"batch_norm": [True, 1]})}, ["new.sweep: batch_norm is 1", "true or false"]),
    (
        "a setting of the other model",
        {NEW: entry(set={"model": "fc", "pooling": "max"})},
        ["experiments.new", "'pooling' is no setting of the model 'fc'", "hidden_units"],
    ),
]

A_CLAIM = {
    "id": "a-claim",
    "section": "4-1",
    "form": "greater",
    "text": "A beats B",
    "a": {"experiment": "pooling", "value": "max"},
    "b": {"experiment": "lenet5_base"},
}
BASE = {"experiment": "lenet5_base"}

# (what is wrong, what it changes in A_CLAIM, words of the sentence)
CLAIMS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("an id with a line end", {"id": "a\n"}, ["claims[0].id is the text 'a\\n'", "small letters and digits"]),
    ("an id that leaves the folder", {"id": "../a"}, ["claims[0].id is the text '../a'", "small letters and digits"]),
    ("an id in capitals", {"id": "A-Claim"}, ["claims[0].id is the text 'A-Claim'", "small letters and digits"]),
    ("an id that is a number", {"id": 5}, ["claims[0].id is 5", "small letters and digits"]),
    ("an endless id", {"id": "a" * 101}, ["claims[0].id is the text 'aaa", "at most 100 characters"]),
    ("a section that is a command", {"section": "x; rm"}, ["claims[0].section is the text 'x; rm'", '"4-2-1"']),
    ("a section of two lines", {"section": "4\n5"}, ["claims[0].section is the text '4\\n5'", '"4-2-1"']),
    ("a negative section", {"section": -4}, ["claims[0].section is -4", '"4-2-1"']),
    ("an unknown form", {"form": "bigger"}, ["claims[0].form is the text 'bigger'", "value, greater, best"]),
    ("an unknown measure", {"measure": "f1"}, ["claims[0].measure is the text 'f1'", "accuracy, train_loss"]),
    ("a tail that is a number", {"tail": 1}, ["claims[0].tail is 1", "one, two"]),
    ("no text", {"text": ""}, ["claims[0].text is the text ''", TEXT]),
    ("a zero byte in the text", {"text": "a\0"}, ["claims[0].text is the text 'a\\x00'", TEXT]),
    ("a list for a note", {"note": []}, ["claims[0].note is []", TEXT]),
    ("no experiment of that name", {"a": {"experiment": "nope"}}, ["a.experiment is 'nope'", "fully_connected"]),
    ("a name of two lines", {"a": {"experiment": "po\nol"}}, ["a.experiment is 'po\\nol'", "fully_connected"]),
    ("no value of that name", {"a": {"experiment": "pooling", "value": "x"}}, ["a.value is 'x'", "average, max"]),
    ("an empty list as value", {"a": {"experiment": "pooling", "value": []}}, ["a.value is ''", "average, max"]),
    ("a mapping as value", {"a": {"experiment": "pooling", "value": {}}}, ["claims[0].a.value is {}", "config.yaml"]),
    ("an infinite value", {"a": {"experiment": "pooling", "value": float("inf")}}, ["a.value is inf", "finite"]),
    ("no run to compare with", {"b": []}, ["claims[0].b is []", "at least 1 entry"]),
    ("a text for a run", {"b": "pooling"}, ["claims[0].b is the text 'pooling'", "a mapping of keys to values"]),
    ("a run against itself", {"b": A_CLAIM["a"]}, ["claim 'a-claim': a is pooling max, named twice", "allowed: once"]),
    ("a run twice", {"b": [BASE, BASE]}, ["claim 'a-claim': b[0] is lenet5_base, named twice", "allowed: once"]),
    ("an extension that is a word", {"extension": "yes"}, ["claims[0].extension is the text 'yes'", "true or false"]),
]

MARGIN = {"unit": "points", "by_seeds": [{"seeds": 3, "margin": 0.5}]}
# (what is wrong, what it changes in report/claims.yaml, words of the sentence)
CLAIM_FILES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("no significance", {"significance": 0}, ["significance is 0", "above 0"]),
    ("a significance that is none", {"significance": float("nan")}, ["significance is nan", "a finite number"]),
    ("claims as a mapping", {"claims": {}}, ["claims is {}", "a list"]),
    ("no claims", {"claims": []}, ["claims is []", "at least 1 entry"]),
    ("a claim of nothing", {"claims": [None]}, ["claims[0] is null", "a mapping of keys to values"]),
    (
        "a negative margin",
        {"margins/accuracy": {**MARGIN, "by_seeds": [{"seeds": 3, "margin": -1}]}},
        ["margins.accuracy.by_seeds[0].margin is -1", "above 0"],
    ),
    (
        "two margins for one number of seeds",
        {"margins/accuracy": {**MARGIN, "by_seeds": [{"seeds": 3, "margin": 1}, {"seeds": 3, "margin": 2}]}},
        ["margins.accuracy.by_seeds", "two margins from 3 seeds on", "allowed: one"],
    ),
]

NUMBERS = {"accuracy": 89.4, "train_loss": None}
# (what is wrong, what it changes in report/reported.yaml, words of the sentence)
REPORTED: list[tuple[str, dict[Any, Any], list[str]]] = [
    ("a share of one", {"new": {"x": {**NUMBERS, "accuracy": "89%"}}}, ["new.x.accuracy is the text '89%'", "100"]),
    ("true accuracy", {"new": {"x": {**NUMBERS, "accuracy": True}}}, ["new.x.accuracy is true", "a number"]),
    ("an infinite loss", {"new": {"x": {**NUMBERS, "train_loss": float("inf")}}}, ["train_loss is inf", "finite"]),
    ("a loss by epoch that is none", {"new": {"x": {**NUMBERS, "train_loss_by_epoch": [1, float("nan")]}}}, ["[1]"]),
    ("numbers as a list", {"new": {"x": [1]}}, ["new.x is [1]", "a mapping of keys to values"]),
    ("an experiment as a list", {"new": [1]}, ["new is [1]", "a mapping of keys to values"]),
    ("an experiment that is a number", {3: {"x": NUMBERS}}, ["has the name 3", "the name of an experiment"]),
    ("an experiment of no name", {None: {"x": NUMBERS}}, ["has the name None", "the name of an experiment"]),
    ("a name that leaves the folder", {"../x": {"x": NUMBERS}}, ["has the name '../x'", "letters, digits"]),
    ("a value of no name", {"new": {None: NUMBERS}}, ["new has the name None", "a swept value"]),
    ("a value in two spellings", {"new": {0.001: NUMBERS, "0.001": NUMBERS}}, ["new.0.001 stands twice", "once"]),
    ("an empty environment", {"environment": {}}, ["environment is {}", "at least 1 key"]),
    ("a version that is a number", {"environment": {"torch": 1.8}}, ["environment.torch is 1.8", TEXT]),
    ("a name of a version that is a number", {"environment": {3: "x"}}, ["environment has the name 3", TEXT]),
]


def _laughs(top: str) -> str:
    """Ten lines that stand for ten thousand million values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    return "\n".join([*lines, top, ""])


# (what is wrong, the bytes of the file, words of the sentence)
FILES: list[tuple[str, bytes, list[str]]] = [
    ("an empty file", b"", ["the file is null", "a mapping of keys to values"]),
    ("a file of comments", b"# nothing\n", ["the file is null", "a mapping of keys to values"]),
    ("a list", b"- 1\n", ["the file is [1]", "a mapping of keys to values"]),
    ("a word", b"hello\n", ["the file is the text 'hello'", "a mapping of keys to values"]),
    ("UTF-16", "seeds: 1\n".encode("utf-16"), ["cannot be read", "utf-8"]),
    ("UTF-32", "seeds: 1\n".encode("utf-32"), ["cannot be read", "utf-8"]),
    ("a tab", b"data:\n\tfolder: x\n", ["line 2, column 1", "'\\t'"]),
    ("a merge of anchors", b"a: &a {x: 1}\nb: {<<: *a}\n", ["line 2, column 5", "merge"]),
    ("a mapping that is a list", b"a: !!map [x]\n", ["line 1, column 4", "expected a mapping"]),
    ("a key that is a mapping", b"? {a: b}\n: 1\n", ["the key is a mapping", "a plain word or number"]),
    ("a key that is a date", b"2020-01-01: 3\n", ["the key is '2020-01-01'", "a plain word or number"]),
    ("a number of 5,000 digits", b"seeds: " + b"9" * 5000, ["line 1, column 8", "'999"]),
    ("a number of 50,000 bits", b"seeds: 0b" + b"1" * 50000, ["line 1, column 8", "too long a number"]),
    ("a key of 50,000 bits", b"? 0b" + b"1" * 50000 + b"\n: 1\n", ["line 1, column 3", "too long a number"]),
    ("laughs", _laughs("b: 1").encode(), ["more than 1,000,000 values", "fewer aliases"]),
    ("laughs as a key", _laughs("? *a9\n: 1").encode(), ["the key is a list", "a plain word or number"]),
    ("laughs as a number", _laughs("b: !!int *a9").encode(), ["is not valid YAML"]),
]
