"""Everything that the report's sections can say, gathered from the results."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from fmnist.analysis import confusion, effects
from fmnist.analysis.network_layers import build_network, layers
from fmnist.analysis.seed_sources import seed_sources
from fmnist.analysis.statistics import FEWEST_SEEDS
from fmnist.analysis.tables import read_table
from fmnist.claims import verdicts
from fmnist.claims.changes import with_verdicts
from fmnist.claims.claim_list import read_claims
from fmnist.claims.compared_runs import KnownRuns, run_ids_by_claim
from fmnist.claims.evaluate import read_verdicts
from fmnist.common.checksums import read_checksums
from fmnist.data.files import image_set
from fmnist.plan.config import resolved
from fmnist.plan.experiments import Experiment, plan_experiments, with_runs
from fmnist.plan.original import ORIGINAL_EPOCHS, ReportedRun, read_reported
from fmnist.report.claim_words import NOUNS
from fmnist.report.claims import (
    DECIDED,
    claims_of,
    elsewhere,
    error_rates,
    judged_claims,
    powers,
    robustness,
    tally,
    verdict_counts,
)
from fmnist.report.classes import class_report
from fmnist.report.explorer import explorer_claims, explorer_html
from fmnist.report.gallery import gallery_css, gallery_html, read_contested
from fmnist.report.image_noise import read_image_noise
from fmnist.report.markdown import compact_yaml
from fmnist.report.provenance import Provenance
from fmnist.report.results import (
    Result,
    by_factor,
    factor_effects,
    is_of_combined,
    outside,
    printed_runs,
    read_rows,
    sign_changes,
    sort_candidates,
    times,
)
from fmnist.report.runs import summarise_runs
from fmnist.report.tables import records
from fmnist.runs.gathering import read_curves, read_runs
from fmnist.runs.missing import missing_runs
from fmnist.training.settings import format_value

# The original prints the numbers of its base case four times: it trained that setting in four experiments.
BASE_CASE = (("lenet5_base", "base"), ("optimizer", "adam"), ("loss", "cross_entropy"), ("activation", "tanh"))

FEW = "Fewer than three seeds: tables and figures, and no verdicts."


class Inputs:
    """The report's files by their names in rule report, with the plan and the runs."""

    def __init__(self, files: Mapping[str, Any], config: Mapping[str, Any]) -> None:
        """Read the plan and the runs; `files` has a path or a list of paths by name."""
        self.files = files
        self.plan = plan_experiments(config)
        self.config = resolved(self.plan.config)
        self.runs = read_runs(self.path("runs"))
        self.curves = read_curves(self.path("loss"))
        self.reported = read_reported(self.path("reported"))
        self.claims = read_claims(self.path("claims"))
        self.known = KnownRuns(experiments=self.plan.experiments, reported=self.reported)
        self.data = image_set(self.config["data"]["dataset"])
        # Images by run id: [seed, true class, predicted class].
        self.confused = read_table(self.path("confusion"), confusion.TEXTS)
        self.matrices = confusion.confusion_matrices(self.confused, self.data.classes)

    def path(self, name: str) -> Path:
        """Return the path of a file."""
        return Path(self.files[name])

    @property
    def compared(self) -> dict[str, Path]:
        """The claims.csv of other data or runs, by title."""
        return {title: Path(path) for title, path in self.files.get("compared", {}).items()}


def build_context(files: Mapping[str, Any], config: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return every name that a section template can use; `folder` holds the Markdown file."""
    inputs = Inputs(files, config)
    about_claims = _about_claims(inputs)
    provenance = json.loads(inputs.path("provenance").read_text(encoding="utf-8"))
    made_by = [provenance, *provenance["reused"]]
    return {
        **_about_config(inputs),
        **_about_results(inputs),
        **_about_original(inputs),
        **about_claims,
        **_about_predictions(inputs),
        **_fragments(inputs, about_claims["claims"]),
        "figure": lambda name: os.path.relpath(files[name], folder),
        "figures": {Path(path).stem: os.path.relpath(path, folder) for path in files["figures"]},
        "claim_figures": {Path(path).stem: os.path.relpath(path, folder) for path in files["claim_figures"]},
        "data_files": read_checksums(inputs.path("checksum")),
        "provenance": provenance,
        "revisions": list(dict.fromkeys(revision for one in made_by for revision in one["git_revisions"])),
    }


def _fragments(inputs: Inputs, judged: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what the page has beside its text: where numbers come from, the explorer of runs, the images."""
    traced, folder = Provenance(inputs.runs), Path(inputs.files["explorer"][0]).parent
    shown = explorer_claims(judged, run_ids_by_claim(inputs.claims, inputs.known))
    contested = read_contested(inputs.path("contested"))
    return {
        "provenance_of": traced,
        "traced": traced.mark,
        "explorer_html": explorer_html(inputs.runs, inputs.curves, shown, folder, traced.button, with_style=False),
        "gallery_html": gallery_html(contested, inputs.matrices),
        "gallery_css": gallery_css(inputs.path("contested_picture").read_bytes(), len(contested)),
    }


def _about_config(inputs: Inputs) -> dict[str, Any]:
    config = inputs.config
    missing = missing_runs(_planned(inputs), inputs.runs)
    seeds = sorted(set(inputs.runs["seed"]))
    enough = len(seeds) >= FEWEST_SEEDS
    # Extensions that were not run are left out of the printed config.
    shown = {**config, "experiments": {name: config["experiments"][name] for name in inputs.plan.experiments}}
    return {
        "banner": " ".join(filter(None, [missing.banner(), config["report"]["banner"]])) or ("" if enough else FEW),
        "enough": enough,  # seeds for sentences about results; with fewer there are tables and figures
        "missing": missing,
        "config": config,
        "data": inputs.data,
        "config_yaml": compact_yaml(shown),
        "seeds": seeds,
        "settings": inputs.plan.runs,
        "networks": {name: layers(build_network(name, settings)) for name, settings in config["models"].items()},
    }


def _planned(inputs: Inputs) -> list[tuple[str, int]]:
    """Return every planned run and seed; of reused seeds, those that are there."""
    if inputs.plan.config.seeds == "reused":
        return list(inputs.runs[["run_id", "seed"]].itertuples(index=False, name=None))
    return inputs.plan.trainings(inputs.plan.config.seed_list())


def _about_results(inputs: Inputs) -> dict[str, Any]:
    experiments = with_runs(inputs.plan.experiments, set(inputs.runs["run_id"]))
    tables = {Path(path).stem: Path(path) for path in inputs.files["tables"]}
    results = {name: _result(experiment, tables[name], inputs) for name, experiment in experiments.items()}
    comparison = records(read_table(inputs.path("comparison"), ["value", "inside"]))
    runs = summarise_runs(inputs.runs, inputs.curves)
    of_factors = {name: factor_effects(one, inputs.runs) for name, one in experiments.items()}
    of_combined = is_of_combined(experiments.get("combined_factors"), experiments.get("combined"))
    combined = of_factors["combined_factors"] if of_combined else {}
    return {
        "results": results,
        "extensions": [result for result in results.values() if result.experiment.extension],
        "by_factor": by_factor(results.values()),
        "runs": runs,
        "times": times(results.values(), runs),
        "candidates": sort_candidates,
        "comparison": comparison,
        "factor_effects": of_factors,
        "combined_effects": combined,
        "shares": combined.get("shapley", []),
        "sign_changes": sign_changes,
        "printed_runs": printed_runs(comparison, experiments),
        "seed_sources": next(filter(None, (seed_sources(one, inputs.runs) for one in experiments.values())), None),
        "outside": outside(comparison, {name: experiment.title for name, experiment in experiments.items()}),
    }


def _result(experiment: Experiment, table: Path, inputs: Inputs) -> Result:
    changes = {run_id: _changed_settings(run_id, inputs) for run_id in experiment.run_ids}
    first, *others = changes.values()
    return Result(
        experiment=experiment,
        rows=read_rows(table),
        fixed={
            key: value
            for key, value in first.items()
            if key not in experiment.swept and all(other.get(key) == value for other in others)
        },
        changes=changes,
    )


def _changed_settings(run_id: str, inputs: Inputs) -> dict[str, str]:
    """Return the settings of a run that differ from the defaults of its network."""
    run = inputs.plan.runs[run_id]
    defaults = {**inputs.plan.defaults[run.model].settings(), "model": inputs.config["defaults"]["model"]}
    return {key: format_value(value) for key, value in run.settings().items() if defaults[key] != value}


def _about_original(inputs: Inputs) -> dict[str, Any]:
    reported = inputs.reported
    original: dict[str, dict[str, ReportedRun]] = {}
    for (experiment, value), run in reported.runs.items():
        original.setdefault(experiment, {})[value] = run
    return {
        "original": original,
        "original_base": [reported.runs[key].accuracy for key in BASE_CASE if key in reported.runs],
        "original_epochs": ORIGINAL_EPOCHS,
        "original_runs": len(reported.runs),
        "original_index": _original_index(inputs),
        "original_environment": reported.environment,
    }


def _original_index(inputs: Inputs) -> list[tuple[str, str, str]]:
    """Return the original's sections in its order: number, anchor here, and name."""
    experiments = with_runs(inputs.plan.experiments, set(inputs.runs["run_id"])).values()
    return [
        ("1", "sec-environment", "Environment"),
        ("2", "sec-architectures", "Network architectures"),
        ("3", "sec-losses", "Losses and optimisers"),
        *((one.section or "", f"sec-exp-{one.name}", one.title) for one in experiments if not one.extension),
        ("5", "sec-networks", "FC against LeNet-5"),
        ("6", "sec-factors", "Factors"),
    ]


def _about_claims(inputs: Inputs) -> dict[str, Any]:
    claims = inputs.claims
    noise = read_image_noise(inputs.path("image_noise"))
    judged = judged_claims(claims, inputs.path("verdicts"), noise["rows"])
    calibration = pd.read_csv(inputs.path("calibration"))
    return {
        "verdicts": verdicts,
        "claims": judged,
        "nouns": NOUNS,
        "asserted": claims.asserted,
        "language": claims.language,
        "registered": claims.registered,
        "noise": noise,
        "verdict_counts": verdict_counts(judged),
        "tally": tally(judged),
        "claims_of": claims_of(judged),
        "decided_claims": {one["id"]: one for one in judged if one["verdict"] in DECIDED},
        **_about_changes(inputs),
        "margins": claims.margins,
        "significance": claims.significance,
        "robustness": robustness(judged, inputs.path("choices"), inputs.path("halves")),
        "elsewhere": elsewhere(judged, inputs.compared),
        "error_rates": error_rates(calibration),
        "powers": powers(calibration),
    }


def _about_changes(inputs: Inputs) -> dict[str, Any]:
    """Return the changes of the base case with what the verdicts say of each, and the best of several at once."""
    table = read_table(inputs.path("effects"), effects.TEXTS)
    judged = with_verdicts(table, read_verdicts(inputs.path("verdicts")), run_ids_by_claim(inputs.claims, inputs.known))
    changes = records(judged)
    return {"changes": changes, "best": next((one for one in changes if one["combined"]), None)}


def _about_predictions(inputs: Inputs) -> dict[str, Any]:
    """Return what rests on the predictions of the runs; `unpredicted` counts the runs without any."""
    return {
        "classes": class_report(inputs.plan.experiments, inputs.matrices, inputs.data.classes),
        "unpredicted": len(inputs.runs) - inputs.confused.groupby(["run_id", "seed"]).ngroups,
    }
