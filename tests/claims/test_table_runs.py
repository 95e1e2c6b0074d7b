"""Claims about a table of runs that another tool wrote: its rows become runs, and each fault is one sentence."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from builders import CLAIMS, ROOT, changed
from sentences import refusal

from fmnist.claims.__main__ import main
from fmnist.claims.evaluate import evaluate_claims, table_material
from fmnist.claims.hindrances import NEVER_ACTED
from fmnist.claims.verdicts import HOLDS, OPEN

EXAMPLE = ROOT / "examples/hydra_sweep"
OPTIMIZER = {"set": {"lr": 0.001}, "sweep": {"optimizer": ["adam", "sgd"]}}
RATE = {"set": {"optimizer": "sgd"}, "sweep": {"lr": [0.001, 0.01, 0.1]}}
ADAM_BETTER = {
    **{"id": "adam-better", "form": "above", "says": "Adam is better."},
    **{"a": {"experiment": "optimizer", "value": "adam"}, "b": {"experiment": "optimizer", "value": "sgd"}},
}
RISES = {"id": "rises", "form": "trend", "says": "It rises.", "experiment": "rate", "direction": "rises"}
DOCUMENT: dict[str, Any] = {
    "significance": 0.05,
    "margins": {"accuracy": {"unit": "points", "margin": 0.5}},
    "table": {
        "seed": "random_state",
        "measures": {"accuracy": {"column": "val/acc", "factor": 100}},
        "experiments": {"optimizer": OPTIMIZER, "rate": RATE},
    },
    "tested": [ADAM_BETTER, RISES],
}
# The same value in the spellings of different tools.
SETTINGS = (("adam", "1e-3", 0.95), ("sgd", "0.0010", 0.90), ("sgd", "0.01", 0.91), ("sgd", ".1", 0.92))


def table() -> pd.DataFrame:
    noise = np.random.default_rng(0).normal(scale=0.001, size=(len(SETTINGS), 6))
    rows = [
        {"random_state": seed, "optimizer": optimizer, "lr": lr, "host": "a", "val/acc": mean + noise[place, seed]}
        for place, (optimizer, lr, mean) in enumerate(SETTINGS)
        for seed in range(6)
    ]
    return pd.DataFrame(rows)


def files(folder: Path, rows: pd.DataFrame | str, document: dict[str, Any] = DOCUMENT) -> tuple[Path, Path]:
    runs, claims = folder / "results.csv", folder / "claims.yaml"
    runs.write_text(rows if isinstance(rows, str) else rows.to_csv(index=False), encoding="utf-8")
    claims.write_text(yaml.safe_dump(document), encoding="utf-8")
    return runs, claims


def judged(folder: Path, rows: pd.DataFrame, document: dict[str, Any] = DOCUMENT) -> pd.DataFrame:
    return evaluate_claims(table_material(*files(folder, rows, document))).set_index("id")


def test_rows_are_compared_by_the_settings_and_the_unit_that_claims_name(tmp_path: Path) -> None:
    found = judged(tmp_path, table())
    assert list(found["verdict"]) == [HOLDS, HOLDS]
    assert found.loc["adam-better", "effect"] == pytest.approx(5, abs=0.2)  # points: the fractions times 100
    assert (found["n"] == 6).all()
    assert found.loc["adam-better", "first_run"] == "lr=0.001__optimizer=adam"


def test_cases_name_rows_one_by_one(tmp_path: Path) -> None:
    cases = {"Adam": {"optimizer": "adam", "lr": 0.001}, "fast SGD": {"optimizer": "sgd", "lr": 0.1}}
    claim = {
        **ADAM_BETTER,
        **{key: {"experiment": "both", "value": value} for key, value in zip("ab", cases, strict=True)},
    }
    document = changed({"table/experiments": {"both": {"cases": cases}}, "tested": [claim]}, DOCUMENT)
    assert judged(tmp_path, table(), document).loc["adam-better", "effect"] == pytest.approx(3, abs=0.2)


def test_a_missing_number_costs_its_seed_and_is_counted(tmp_path: Path) -> None:
    rows = table()
    rows.loc[0, "val/acc"] = np.nan
    assert tuple(judged(tmp_path, rows).loc["adam-better", ["n", "unpaired"]]) == (5, 1)


def test_a_setting_that_changed_no_number_is_found(tmp_path: Path) -> None:
    rows = table()
    rows.loc[:5, "val/acc"] = rows.loc[6:11, "val/acc"].to_numpy()
    assert judged(tmp_path, rows).loc["adam-better", "hindrance"] == NEVER_ACTED


AGAIN = table().iloc[[0]].assign(host="b")


@pytest.mark.parametrize(
    ("changes", "rows", "words"),
    [
        ({"table/seed": "sed"}, table(), ["results.csv has no column 'sed'", "one of random_state"]),
        ({"table/measures": {}}, table(), ["no column 'accuracy'", "val/acc"]),
        ({"table/experiments/rate/set": {"optimiser": "sgd"}}, table(), ["'optimiser'", "did you mean 'optimizer'?"]),
        ({"table/experiments/rate/set": {}}, table(), ["table.experiments.rate: ", "optimizer adam and sgd", "in set"]),
        ({"table/experiments/rate/sweep/lr": [0.001, 1]}, table(), ["no row has optimizer sgd and lr 1;"]),
        ({"table/experiments/rate/cases": {"a": {"lr": 1}}}, table(), ["sweep and cases are both given"]),
        ({"table/experiments/rate/set/lr": 1}, table(), ["lr is in both set and sweep"]),
        ({"table/experiments/rate/sweep/lr": [[1]]}, table(), ["sweep.lr[0] is [1]; expected a value of the column"]),
        ({"table/experiments": {}}, table(), ["table.experiments is {}"]),
        ({"table/measures/accuracy/factor": 0}, table(), ["factor is 0", "above 0"]),
        ({"table": None}, table(), ["the required key table is missing"]),
        ({"tested": [{**RISES, "measure": "f1"}]}, table(), ["there is no measure 'f1'", "one of accuracy"]),
        ({"tested": [{**RISES, "values": [0.001, 0.02, 0.1]}]}, table(), ["values[1] is '0.02'", "0.01"]),
        (
            {"tested": [{"id": "c", "form": "curve", "says": "x", "run": {"experiment": "rate", "value": 0.1}}]},
            table(),
            ["lacks the key curve"],
        ),
        ({}, pd.concat([table(), AGAIN]), ["line 26 has the settings and the seed of line 2", "differ in host"]),
        ({}, table().assign(**{"val/acc": "high"}), ["line 2: val/acc is 'high' (text)"]),
        ({}, table().assign(random_state=""), ["line 2: random_state is empty"]),
        ({}, "", ["ends within a line"]),
        ({}, "random_state,lr\n1\n", ["line 2 has too many or too few cells"]),
    ],
)
def test_a_fault_is_one_sentence(
    tmp_path: Path, changes: dict[str, Any], rows: pd.DataFrame | str, words: list[str]
) -> None:
    message = refusal(lambda: evaluate_claims(table_material(*files(tmp_path, rows, changed(changes, DOCUMENT)))))
    assert [word for word in words if word not in message] == [], message


def test_our_own_claims_are_not_about_such_a_table(tmp_path: Path) -> None:
    runs, _ = files(tmp_path, table())
    with pytest.raises(SystemExit, match=r"^Error: .*report/claims.yaml: the required key table is missing.*\.$"):
        main(["--runs", str(runs), "--claims", str(CLAIMS)])


@pytest.mark.parametrize("arguments", [["--runs", "a"], ["--claims", "a"], ["--runs", "a", "--claims", "b", "c", "d"]])
def test_options_that_do_not_go_together_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
    assert "expected" in capsys.readouterr().err


def test_the_example_is_judged_without_torch_snakemake_or_a_config(tmp_path: Path) -> None:
    code = "import sys; from fmnist.claims.__main__ import main; main(); print({'torch', 'snakemake'} & {*sys.modules})"
    command = [sys.executable, "-c", code, "--runs", EXAMPLE / "results.csv", "--claims", EXAMPLE / "claims.yaml"]
    done = subprocess.run(
        [*map(str, command), "--csv", "out.csv"],
        **{"cwd": tmp_path, "env": {"PYTHONPATH": str(ROOT)}, "capture_output": True, "text": True, "check": True},
    )
    found = pd.read_csv(tmp_path / "out.csv").set_index("id")["verdict"]
    assert dict(found) == {"averaging-helps": HOLDS, "averaging-idle": HOLDS, "penalty-helps": OPEN}
    assert done.stdout.endswith("2 holds, 1 open\nset()\n")
