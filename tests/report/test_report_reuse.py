"""What the report says of runs that were not trained for it, and of predictions that are not there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from made_up_results import Results, shipped_config
from report_builders import section, text


def parts(folder: Path, unpredicted: Callable[[str, int], bool], reused: Any = ()) -> dict[str, str]:
    """The sections that rest on predictions or say how runs were made, each on one line."""
    results = Results(folder, shipped_config(seeds=[0, 1, 2]))
    pairs = zip(results.runs["run_id"], results.runs["seed"], strict=True)
    results.unpredicted = {pair for pair in pairs if unpredicted(*pair)}
    results.reused = list(reused)
    markdown = text(results)
    return {anchor: " ".join(section(markdown, anchor).split()) for anchor in ("sec-classes", "sec-images", "sec-how")}


def test_one_seed_without_predictions(tmp_path: Path) -> None:
    found = parts(tmp_path, lambda run_id, seed: seed == 1)
    assert "Of 123 trainings, 41 were reused" in found["sec-classes"]
    assert "fewer seeds" in found["sec-images"]
    assert "left out" not in found["sec-images"]


def test_one_run_without_predictions(tmp_path: Path) -> None:
    found = parts(tmp_path, lambda run_id, seed: run_id == "lenet5__pooling=max")
    assert "| max pooling |" not in found["sec-classes"]
    assert "left out" in found["sec-images"]
    assert "| max pooling | LeNet-5, base case |" not in found["sec-images"]


def test_no_predictions_at_all(tmp_path: Path) -> None:
    found = parts(tmp_path, lambda run_id, seed: True)
    assert "123 were reused" in found["sec-classes"]


@pytest.mark.parametrize(("runs", "here"), [(123, "None was trained"), (122, "One was"), (1, "122 were trained")])
def test_how_many_were_reused_and_how_many_trained(tmp_path: Path, runs: int, here: str) -> None:
    reused = [{"from": "kept", "runs": runs, "git_revisions": ["a" * 40, "b" * 40]}]
    found = parts(tmp_path, lambda run_id, seed: False, reused)["sec-how"]
    assert here in found
    assert "`kept`" in found
    assert f"`{'a' * 10}` and `{'b' * 10}`" in found
