"""Everything that the report's sections can say, gathered from the results."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from fmnist.analysis.confusion import confusion_matrices, read_confusion
from fmnist.analysis.network_layers import build_network, format_shape, layers
from fmnist.claims.claim_list import ClaimList
from fmnist.claims.compared_runs import KnownRuns
from fmnist.common.wording import percent, word
from fmnist.plan.experiments import Experiment, Plan, with_runs
from fmnist.plan.original import ORIGINAL_EPOCHS, Reported, ReportedRun
from fmnist.report.candidates import could_print, sort_candidates
from fmnist.report.claims import error_rates, findings, judged_claims, powers, read_calibration, verdict_counts
from fmnist.report.classes import class_report
from fmnist.report.comparison import outside
from fmnist.report.image_noise import read_image_noise
from fmnist.report.results import Result, Run, number_or_none, read_rows, summarise_runs
from fmnist.runs.missing import missing_runs
from fmnist.training.settings import format_value

# Where the original printed the numbers of its base case: four trainings of one setting.
BASE_CASE = (("lenet5_base", "base"), ("optimizer", "adam"), ("loss", "cross_entropy"), ("activation", "tanh"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Inputs:
    """What the report is made from. Figure paths are as the Markdown file refers to them."""

    config: Mapping[str, Any]
    plan: Plan
    runs: pd.DataFrame  # results/runs.csv
    curves: pd.DataFrame  # results/loss.csv
    tables: Mapping[str, Path]  # results/tables/<experiment>.csv, by experiment
    figures: Mapping[str, str]  # by experiment
    drawings: Mapping[str, str]  # by model
    comparison: Path  # results/tables/reported_vs_replicated.csv
    comparison_figure: str
    data_files: Mapping[str, str]  # the SHA-256 of each, by its name
    provenance: Mapping[str, Any]
    reported: Reported
    claims: ClaimList
    verdicts: Path  # results/claims.csv
    claim_figures: Mapping[str, str]  # by claim
    verdict_figure: str
    calibration: Path  # benchmarks/calibration.csv
    confusion: Path  # results/confusion.csv
    confusion_figure: str
    classes_figure: str
    image_noise: Path  # results/image_noise.csv


def build_context(inputs: Inputs) -> dict[str, Any]:
    """Return every name that a section template can use."""
    experiments = with_runs(inputs.plan.experiments, set(inputs.runs["run_id"]))
    results = {name: _result(experiment, inputs) for name, experiment in experiments.items()}
    seeds = inputs.plan.config.seed_list()
    runs = summarise_runs(inputs.runs, inputs.curves)
    comparison = _comparison(inputs.comparison)
    missing = missing_runs(inputs.plan.trainings(seeds), inputs.runs)
    epochs = sorted({inputs.plan.runs[run_id].epochs for run_id in inputs.runs["run_id"]})
    return {
        "title": inputs.config["report"]["title"],
        "banner": " ".join(filter(None, [missing.banner(), inputs.config["report"]["banner"]])),
        "missing": missing,
        "config": inputs.config,
        "config_yaml": yaml.safe_dump(
            _shown_config(inputs), sort_keys=False, allow_unicode=True, width=80, default_flow_style=None
        ),
        "epochs": f"{epochs[0]}" if len(epochs) == 1 else f"{epochs[0]} to {epochs[-1]}",
        "seeds": seeds,
        "with_fewer_seeds": [one for one in experiments.values() if one.max_seeds and one.max_seeds < len(seeds)],
        "results": results,
        "extensions": [result for result in results.values() if result.experiment.extension],
        "factor": lambda name: [r for r in results.values() if r.experiment.swept == (name,)],
        "runs": runs,
        "settings": {identity: _texts(run.settings()) for identity, run in inputs.plan.runs.items()},
        "networks": {name: _network(name, settings) for name, settings in inputs.config["models"].items()},
        "drawings": inputs.drawings,
        "original": _originals(inputs.reported),
        "best_original": lambda experiment: _best_original(experiment, inputs.reported),
        "candidates": sort_candidates,
        "could_print": could_print,
        "original_epochs": ORIGINAL_EPOCHS,
        "original_environment": inputs.reported.environment,
        "original_base": _base_case(inputs.reported),
        "comparison": comparison,
        "outside": outside(comparison, {name: experiment.title for name, experiment in experiments.items()}),
        "comparison_figure": inputs.comparison_figure,
        **_claims(inputs),
        **_predicted(inputs),
        "confusion_figure": inputs.confusion_figure,
        "classes_figure": inputs.classes_figure,
        "data_files": inputs.data_files,
        "provenance": inputs.provenance,
        "networks_compared": _networks_compared(results, runs),
    }


def _claims(inputs: Inputs) -> dict[str, Any]:
    """Return what the summary and section 8 say about claims."""
    known = KnownRuns(experiments=inputs.plan.experiments, reported=inputs.reported)
    judged = judged_claims(inputs.claims, known, inputs.verdicts, inputs.claim_figures)
    calibration = read_calibration(inputs.calibration)
    return {
        "claims": judged,
        "verdict_counts": verdict_counts(judged),
        "findings": findings(judged),
        "margins": inputs.claims.margins,
        "significance": inputs.claims.significance,
        "verdict_figure": inputs.verdict_figure,
        "error_rates": error_rates(calibration),
        "powers": powers(calibration),
        "simulated_seeds": sorted({int(n) for n in calibration["n"]}),
    }


def _predicted(inputs: Inputs) -> dict[str, Any]:
    """Return what rests on the predictions of the runs; `unpredicted` counts those that have none."""
    confusion = read_confusion(inputs.confusion)
    known = confusion[["run_id", "seed"]].drop_duplicates()
    trained = {str(run_id): int(seeds) for run_id, seeds in inputs.runs.groupby("run_id")["seed"].count().items()}
    return {
        "classes": class_report(inputs.plan.experiments, confusion_matrices(confusion)),
        "unpredicted": len(inputs.runs) - len(known),
        "noise": read_image_noise(inputs.image_noise, trained),
    }


def _result(experiment: Experiment, inputs: Inputs) -> Result:
    return Result(
        experiment=experiment,
        rows=read_rows(inputs.tables[experiment.name]),
        figure=inputs.figures[experiment.name],
        fixed=_fixed_settings(experiment, inputs),
        changes={run_id: _changed_settings(run_id, inputs) for run_id in experiment.run_ids},
    )


def _shown_config(inputs: Inputs) -> dict[str, Any]:
    """Return the config as the report prints it: without the extensions that were not run."""
    entries = inputs.config["experiments"]
    return {**inputs.config, "experiments": {name: entries[name] for name in inputs.plan.experiments}}


def _changed_settings(run_id: str, inputs: Inputs) -> dict[str, str]:
    run = inputs.plan.runs[run_id]
    defaults = _texts({**inputs.config["defaults"], **inputs.config["models"][run.model]})
    return {key: value for key, value in _texts(run.settings()).items() if defaults.get(key) != value}


def _fixed_settings(experiment: Experiment, inputs: Inputs) -> dict[str, str]:
    """Return what all runs of an experiment share and what is no default."""
    runs = [_texts(inputs.plan.runs[identity].settings()) for identity in experiment.run_ids]
    model = inputs.plan.runs[experiment.run_ids[0]].model
    defaults = _texts({**inputs.config["defaults"], **inputs.config["models"][model]})
    shared = {key: value for key, value in runs[0].items() if all(run.get(key) == value for run in runs)}
    return {key: value for key, value in shared.items() if key not in experiment.swept and defaults.get(key) != value}


def _texts(settings: Mapping[str, Any]) -> dict[str, str]:
    return {key: format_value(value) for key, value in settings.items()}


def _network(model: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return a network's layer table: (name, shape as text, parameters), and their sum."""
    found = layers(build_network(model, settings))
    rows = [{"name": layer.name, "shape": format_shape(layer.shape), "parameters": layer.parameters} for layer in found]
    return {"layers": rows, "parameters": sum(layer.parameters for layer in found)}


def _originals(reported: Reported) -> dict[str, dict[str, ReportedRun]]:
    nested: dict[str, dict[str, ReportedRun]] = {}
    for (experiment, value), run in reported.runs.items():
        nested.setdefault(experiment, {})[value] = run
    return nested


def _base_case(reported: Reported) -> list[float]:
    """Return the accuracies, in percent, of the original's trainings of its base case."""
    return [reported.runs[key].accuracy for key in BASE_CASE if key in reported.runs]


def _best_original(experiment: str, reported: Reported) -> str:
    """Return the value with the original's highest accuracy of an experiment, as text."""
    runs = {value: run.accuracy for (name, value), run in reported.runs.items() if name == experiment}
    best = max(runs, key=lambda value: runs[value])
    return f"{word(best)} ({percent(runs[best])}\u00a0%)"


def _comparison(path: Path) -> list[dict[str, Any]]:
    table = pd.read_csv(path, dtype={"value": "str", "inside": "str"}, keep_default_na=False, na_values=[""])
    return [{str(key): number_or_none(value) for key, value in record.items()} for record in table.to_dict("records")]


def _networks_compared(results: Mapping[str, Result], runs: Mapping[str, Run]) -> list[dict[str, Any]]:
    """Return the rows of section 5: each network that the config still trains, with its run."""
    found = []
    for name in ("fully_connected", "lenet5_base", "combined"):
        for row in results[name].rows if name in results else ():
            found.append({"experiment": name, "result": results[name], "row": row, "run": runs[row.run_id]})
    return found
