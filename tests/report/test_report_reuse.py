"""What the report says of runs that were not trained for it, and of predictions that are not there."""

from pathlib import Path
from typing import Any

import pytest
from made_up_results import Results, shipped_config
from report_builders import section, text

BASE, POOLED, FC = "lenet5", "lenet5__pooling=max", "fc"


def parts(results: Results) -> dict[str, str]:
    """The sections that rest on predictions or say how runs were made, each on one line."""
    markdown = text(results)
    found = {}
    for anchor in ("sec-classes", "sec-images", "sec-how"):
        found[anchor] = " ".join(section(markdown, anchor).split()) if f"{{#{anchor}}}" in markdown else ""
    return found


def results_of(folder: Path, unpredicted: Any, reused: Any = ()) -> Results:
    results = Results(folder, shipped_config(seeds=[0, 1, 2]))
    pairs = zip(results.runs["run_id"], results.runs["seed"], strict=True)
    results.unpredicted = {pair for pair in pairs if unpredicted(*pair)}
    results.reused = list(reused)
    return results


def test_with_every_prediction_nothing_is_said_of_it(tmp_path: Path) -> None:
    found = parts(results_of(tmp_path, lambda run_id, seed: False))
    assert "predictions are there" not in "".join(found.values())
    assert "trained for this report" not in found["sec-how"]


def test_one_seed_without_predictions(tmp_path: Path) -> None:
    found = parts(results_of(tmp_path, lambda run_id, seed: seed == 1))
    assert "Of 123 trainings, 41 were reused without the predictions" in found["sec-classes"]
    assert "on average over the 2 seeds whose predictions are there" in found["sec-classes"]
    assert (
        "rest on fewer seeds than were trained, on those whose predictions are there: 2 of a run."
        in found["sec-images"]
    )
    assert "left out" not in found["sec-images"]


def test_one_run_without_predictions(tmp_path: Path) -> None:
    found = parts(results_of(tmp_path, lambda run_id, seed: run_id == POOLED))
    assert "| max pooling |" not in found["sec-classes"]
    assert "left out, because of one run or both no predictions are there:" in found["sec-images"]
    assert "max pooling against LeNet-5, base case" in found["sec-images"]
    assert "| max pooling | LeNet-5, base case |" not in found["sec-images"]
    assert "fewer seeds" not in found["sec-images"]


def test_without_the_base_case_the_first_run_tells(tmp_path: Path) -> None:
    found = parts(results_of(tmp_path, lambda run_id, seed: run_id == BASE))
    assert "With the run *Fully connected network*" in found["sec-classes"]
    assert "left out" in found["sec-images"]


def test_no_predictions_at_all(tmp_path: Path) -> None:
    found = parts(results_of(tmp_path, lambda run_id, seed: True))
    assert "123 were reused without the predictions" in found["sec-classes"]
    assert "nothing can be said class by class" in found["sec-classes"]
    assert "none has predictions of both runs" in found["sec-images"]


@pytest.mark.parametrize(
    ("runs", "told", "here"),
    [
        (123, "The numbers of all of these trainings are those kept in `kept`", "None was trained for this report."),
        (122, "The numbers of 122 of these trainings are those kept", "One was trained for this report."),
        (1, "The numbers of one of these trainings are those kept", "122 were trained for this report."),
    ],
)
def test_how_many_were_reused_and_how_many_trained(tmp_path: Path, runs: int, told: str, here: str) -> None:
    reused = [{"from": "kept", "runs": runs, "git_revisions": ["a" * 40, "b" * 40]}]
    found = parts(results_of(tmp_path, lambda run_id, seed: False, reused))["sec-how"]
    assert told in found
    assert f"of the code of the revisions `{'a' * 10}` and `{'b' * 10}`." in found
    assert here in found
