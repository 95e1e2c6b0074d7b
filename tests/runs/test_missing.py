"""A report of the runs that are there: it builds whatever is missing, and names it."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
from builders import plan, runs_frame
from made_up_results import Results, shipped_config
from report_builders import section, text

from fmnist.plan.experiments import with_runs
from fmnist.runs.missing import missing_runs


def test_missing_is_what_was_planned_and_is_not_there() -> None:
    runs = runs_frame([("fc", 0, 0.9, 0.1), ("lenet5", 1, 0.9, 0.1)])
    missing = missing_runs([(run_id, seed) for run_id in ("fc", "lenet5", "other") for seed in (0, 1)], runs)
    assert missing.seeds == {"fc": [1], "lenet5": [0], "other": [0, 1]}
    assert (missing.count, missing.planned) == (4, 6)
    assert missing.banner() == "Partial report: 4 of 6 trainings are missing."
    assert missing_runs([("fc", 0)], runs).banner() is None


def partial(folder: Path, seeds: list[int], lacking: list[tuple[str, int]], banner: str | None = None) -> str:
    """Return the Markdown of a report without some runs, as the workflow makes it with `partial: true`."""
    results = Results(folder, shipped_config(seeds=seeds, report={"title": "A title", "banner": banner}))
    there = [pair not in lacking for pair in zip(results.runs["run_id"], results.runs["seed"], strict=True)]
    results.runs = results.runs[there]
    found = set(results.runs["run_id"])
    results.plan = replace(results.plan, experiments=with_runs(results.plan.experiments, found))
    return text(results)


def test_the_banner_and_the_table_tell_what_is_missing(tmp_path: Path) -> None:
    markdown = partial(tmp_path, [0], [("fc", 0), ("lenet5__pooling=max", 0)], banner="Meant as a trial.")
    (banner,) = re.findall(r"^banner: (.*)$", markdown, re.MULTILINE)
    assert banner == '"Partial report: 2 of 41 trainings are missing. Meant as a trial."'
    assert "\n| `lenet5__pooling=max` | 0 |\n" in section(markdown, "sec-how")
    assert "Fully connected network {#sec-exp-fully_connected}" not in markdown
    assert "| max |" not in section(markdown, "sec-exp-pooling")


def test_the_report_builds_whatever_is_missing(tmp_path: Path) -> None:
    chance, pairs = np.random.default_rng(7), [(run_id, seed) for run_id in plan().runs for seed in (0, 1)]
    lacking = [pair for pair in pairs if chance.random() < 0.5][: len(pairs) - 1]
    assert f"{len(lacking)} of {len(pairs)} trainings" in partial(tmp_path, [0, 1], lacking)
