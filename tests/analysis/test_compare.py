"""Results against the reference: every verdict from runs whose answer is known."""

import json
import math
import shutil
from pathlib import Path

import pandas as pd
import pytest
from builders import ROOT, runs_frame

from fmnist.analysis.compare import COLUMNS, compare_runs, main

Row = tuple[str, int, float, float]
SPREAD = (-0.002, -0.001, 0.0, 0.001, 0.002)  # of five seeds: standard deviation 0.158 points


def seeds(run_id: str, mean: float, first: int = 0, spread: tuple[float, ...] = SPREAD) -> list[Row]:
    return [(run_id, first + index, mean + deviation, 0.2) for index, deviation in enumerate(spread)]


def compared(ours: list[Row], theirs: list[Row]) -> pd.DataFrame:
    table = compare_runs(runs_frame(ours), runs_frame(theirs))
    assert tuple(table.columns) == COLUMNS
    return table.set_index("run_id")


@pytest.mark.parametrize("ours", [seeds("a", 0.9), seeds("a", 0.9)[3:4]], ids=["all seeds", "one of them"])
def test_equal_accuracies_of_equal_seeds_are_identical(ours: list[Row]) -> None:
    assert compared(ours, seeds("a", 0.9)).loc["a", "verdict"] == "identical"


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("shift", "verdict"), [(0.02, "differs"), (0.0005, "within seed noise")])
def test_a_shift_in_either_direction(shift: float, verdict: str, sign: int) -> None:
    found = compared(seeds("a", 0.9 + sign * shift), seeds("a", 0.9, first=5)).loc["a"]
    assert found["verdict"] == verdict
    numbers = found[["n", "n_reference", "mean", "mean_reference", "difference"]].tolist()
    assert numbers == pytest.approx([5, 5, 90 + 100 * sign * shift, 90, 100 * sign * shift])


def test_the_p_value_by_hand() -> None:
    # Both sides deviate by -1, 0, 1 points: pooled deviation 1 on 4 degrees of freedom; t(0.975, 4) = 2.776.
    spread, shift = (-0.01, 0.0, 0.01), 0.01 * 2.7764451 * math.sqrt(1 / 3 + 1 / 3)
    table = compared(seeds("a", 0.8 + shift, spread=spread), seeds("a", 0.8, first=3, spread=spread))
    assert table.loc["a", "adjusted_p"] == pytest.approx(0.05, abs=1e-6)


def test_runs_of_one_seed_borrow_the_noise_of_the_others() -> None:
    ours = [*seeds("a", 0.9), ("b", 0, 0.9, 0.2), ("c", 0, 0.8, 0.2)]
    table = compared(ours, [("b", 1, 0.901, 0.2), ("c", 1, 0.9, 0.2)])
    assert table["verdict"].to_dict() == {"a": "only in results", "b": "within seed noise", "c": "differs"}


def test_a_run_noisier_than_the_rest_is_judged_by_its_own_noise() -> None:
    quiet = [row for index in range(10) for row in seeds(f"quiet{index}", 0.9, spread=(-0.0001, 0, 0.0001))]
    noisy, others = (seeds("noisy", mean, first, spread=(-0.03, 0.0, 0.03)) for mean, first in ((0.85, 0), (0.88, 3)))
    assert compared([*quiet, *noisy], others).loc["noisy", "verdict"] == "within seed noise"


def test_without_two_seeds_anywhere_there_is_no_verdict() -> None:
    ours = [("a", 0, 0.9, 0.2), ("b", 0, 0.9, 0.2), ("c", 0, 0.9, 0.2)]
    table = compared(ours, [("a", 1, 0.5, 0.2), ("b", 0, 0.9, 0.2), ("c", 1, 0.9, 0.2)])
    assert table["verdict"].tolist() == ["no verdict: one seed", "identical", "no verdict: one seed"]
    assert table["adjusted_p"].isna().all()


def test_a_run_that_one_side_lacks() -> None:
    table = compared([*seeds("a", 0.9), *seeds("ours", 0.9)], [*seeds("a", 0.9), *seeds("theirs", 0.9)])
    assert table["verdict"].to_dict() == {"a": "identical", "ours": "only in results", "theirs": "only in reference"}
    assert table[["n", "n_reference"]].to_numpy().tolist() == [[5, 5], [5, 0], [0, 5]]
    assert table.loc[["ours", "theirs"], ["difference", "adjusted_p"]].isna().all(axis=None)


def test_without_any_spread_a_difference_is_certain_and_rounding_is_none() -> None:
    # The means of three and of seven equal accuracies differ in the last digit.
    ours = [*seeds("same", 0.8914, spread=(0.0,) * 3), *seeds("other", 0.875, spread=(0.0, 0.0))]
    theirs = [*seeds("same", 0.8914, 3, spread=(0.0,) * 7), *seeds("other", 0.75, 2, spread=(0.0, 0.0))]
    table = compared(ours, theirs)
    assert table["verdict"].to_dict() == {"same": "within seed noise", "other": "differs"}
    assert table["adjusted_p"].to_dict() == {"same": 1.0, "other": 0.0}


def test_p_values_are_corrected_for_the_number_of_runs() -> None:
    """A difference of 2.6 standard errors has p = 0.01 alone, and is not clear among 41 comparisons."""
    spread, shift = (-0.01, 0.0, 0.01), 0.01 * 2.6 * math.sqrt(2 / 3)
    means = {"a": 0.8 + shift, **{f"r{index}": 0.8 for index in range(40)}}
    ours = [row for name, mean in means.items() for row in seeds(name, mean, spread=spread)]
    theirs = [row for name in means for row in seeds(name, 0.8, first=3, spread=spread)]
    assert 0.3 < compared(ours, theirs).loc["a", "adjusted_p"] < 0.5


def test_the_command_prints_the_table_and_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("runs.csv", "provenance.json"):
        shutil.copy(ROOT / "reference" / name, tmp_path)
    main(["--results", str(tmp_path)])
    found = pd.read_csv(tmp_path / "compare.csv")["verdict"]
    assert set(found) == {"identical"}
    printed = capsys.readouterr().out
    assert f"{len(found)} identical" in printed
    assert f"{tmp_path}/runs.csv with {ROOT}/reference/runs.csv" in printed


def test_no_results_and_results_on_other_images_end_with_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"^Error: .*none/runs\.csv does not exist; .*\.$"):
        main(["--results", str(tmp_path / "none")])
    summary = json.loads((ROOT / "reference/provenance.json").read_text(encoding="utf-8"))
    (tmp_path / "runs.csv").touch()
    (tmp_path / "provenance.json").write_text(json.dumps({**summary, "data_sha256": ["e" * 64]}), encoding="utf-8")
    with pytest.raises(SystemExit, match=r"^Error: .* cannot be compared with .*\.$"):
        main(["--results", str(tmp_path)])


def test_results_without_a_run_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(ROOT / "reference/provenance.json", tmp_path)
    header = (ROOT / "reference/runs.csv").read_text(encoding="utf-8").splitlines()[0]
    (tmp_path / "runs.csv").write_text(f"{header}\n", encoding="utf-8")
    main(["--results", str(tmp_path)])
    assert " only in reference" in capsys.readouterr().out
