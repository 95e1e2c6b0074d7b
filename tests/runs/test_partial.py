"""A report of the runs that are there: it builds whatever is missing, and says what."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders import plan, runs_frame
from made_up_results import Results, shipped_config
from report_builders import section, text

from fmnist.plan.experiments import with_runs
from fmnist.runs.missing import Missing, missing_runs


def test_missing_is_what_was_planned_and_is_not_there() -> None:
    runs = runs_frame([("fc", 0, 0.9, 0.1), ("lenet5", 1, 0.9, 0.1)])
    missing = missing_runs([(run_id, seed) for run_id in ("fc", "lenet5", "other") for seed in (0, 1)], runs)
    assert missing.seeds == {"fc": [1], "lenet5": [0], "other": [0, 1]}
    assert (missing.count, missing.planned) == (4, 6)
    assert missing.names == ["fc (seed 1)", "lenet5 (seed 0)", "other (seeds 0 and 1)"]
    assert missing.banner() == (
        "Partial report: of 6 trainings, 4 are missing: fc (seed 1), lenet5 (seed 0) and other (seeds 0 and 1)."
    )


def test_nothing_missing_is_no_banner() -> None:
    missing = missing_runs([("fc", 0)], runs_frame([("fc", 0, 0.9, 0.1)]))
    assert (missing.seeds, missing.count, missing.banner()) == ({}, 0, None)


def test_a_report_tells_which_experiments_need_fewer_seeds(tmp_path: Path) -> None:
    config = shipped_config(seeds=[0, 1, 2])
    config["experiments"]["pooling"]["max_seeds"] = 3
    config["experiments"]["fully_connected"]["max_seeds"] = 2
    markdown = text(Results(tmp_path, config))
    assert "Partial report" not in markdown
    told = "The seeds were 0, 1 and 2; of some experiments, the config asks for no more than the first so many: Fully"
    assert told in section(markdown, "sec-how")
    assert "were trained with up to 3 seeds each: 122 trainings" in " ".join(markdown.split())


def test_a_long_list_is_left_to_its_table() -> None:
    missing = Missing(seeds={f"run{number}": [0] for number in range(4)}, planned=9)
    assert missing.banner() == (
        "Partial report: of 9 trainings, 4 are missing: the section on how it was run names them."
    )


def test_experiments_lose_the_values_that_have_no_run() -> None:
    experiments = plan().experiments
    kept = with_runs(experiments, {"lenet5", "lenet5__pooling=max"})
    assert kept["pooling"] == experiments["pooling"]
    assert kept["dropout"].run_ids == ["lenet5"]
    assert "fully_connected" not in kept
    assert with_runs(experiments, set(plan().runs)) == experiments


def partial(folder: Path, seeds: list[int], lacking: list[tuple[str, int]], banner: str | None = None) -> str:
    """Return the Markdown of a report without some runs, as the workflow makes it with `partial: true`."""
    results = Results(folder, shipped_config(seeds=seeds, report={"title": "A title", "banner": banner}))
    there = [pair not in lacking for pair in zip(results.runs["run_id"], results.runs["seed"], strict=True)]
    results.runs = results.runs[there]
    found = set(results.runs["run_id"])
    results.plan = replace(results.plan, experiments=with_runs(results.plan.experiments, found))
    return text(results)


def test_the_banner_and_the_summary_tell_what_is_missing(tmp_path: Path) -> None:
    markdown = partial(tmp_path, [0], [("fc", 0), ("lenet5__pooling=max", 0)], banner="Meant as a trial.")
    told = "of 41 trainings, 2 are missing: fc (seed 0) and lenet5__pooling=max (seed 0)."
    (banner,) = re.findall(r"^banner: (.*)$", markdown, re.MULTILINE)
    assert banner.replace("\\", "") == f'"Partial report: {told} Meant as a trial."'
    assert "**This report is partial.** 2 trainings of 41 are missing" in markdown
    assert "Fully connected network {#sec-exp-fully_connected}" not in markdown
    assert "| max |" not in section(markdown, "sec-exp-pooling")


def test_one_seed_that_is_missing_leaves_the_others_their_place(tmp_path: Path) -> None:
    markdown = partial(tmp_path, [0, 1, 2], [("lenet5__pooling=max", 1)])
    assert "1 training of 123 is missing" in markdown
    assert "\n| `lenet5__pooling=max` | 1 |\n" in section(markdown, "sec-how")
    assert "each: " not in markdown.split("# Environment")[0]
    assert "| max |" in section(markdown, "sec-exp-pooling")


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_the_report_builds_whatever_is_missing(tmp_path: Path, share: float, seed: int) -> None:
    chance, pairs = np.random.default_rng(seed), [(run_id, seed) for run_id in plan().runs for seed in (0, 1)]
    lacking = [pair for pair in pairs if chance.random() < share][: len(pairs) - 1]
    markdown = partial(tmp_path, [0, 1], lacking)
    assert f"{len(lacking)} training" in markdown.split("# Environment")[0]


def test_a_whole_report_says_nothing_of_it(tmp_path: Path) -> None:
    assert "partial" not in partial(tmp_path, [0], []).lower().split("# environment")[0]


def test_epochs_are_those_of_the_runs_that_are_there(tmp_path: Path) -> None:
    longer = {"section": "9", "title": "Longer", "cases": {"twice": {"epochs": 40}}}
    config = shipped_config(seeds=[0])
    config["experiments"]["longer"] = longer
    results = Results(tmp_path, config)
    assert "trainings of 20 to 40 epochs" in text(results)
    results.runs = results.runs[results.runs["run_id"] != "lenet5__epochs=40"]
    results.plan = replace(results.plan, experiments=with_runs(results.plan.experiments, set(results.runs["run_id"])))
    assert "trainings of 20 epochs" in text(results)
