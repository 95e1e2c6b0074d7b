"""A whole set of results with made-up numbers, as the report rule would find them."""

import hashlib
import importlib.util
import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from fmnist.analysis.confusion import confusion_table
from fmnist.analysis.image_noise import compared_pairs, noise_table
from fmnist.analysis.network_layers import build_network
from fmnist.analysis.tables import experiment_table, reported_against_replicated, to_csv
from fmnist.claims.claim_list import read_claims
from fmnist.claims.compared_runs import KnownRuns
from fmnist.claims.evaluate import evaluate_claims, read_verdicts
from fmnist.claims.examine import Material
from fmnist.common.files import write_json, write_text
from fmnist.data.fashion_mnist import FILES
from fmnist.plan.experiments import plan_experiments
from fmnist.plan.original import read_reported
from fmnist.plan.yaml_files import read_yaml
from fmnist.runs.gathering import RUN_COLUMNS, read_runs
from fmnist.training.models import parameter_count
from fmnist.training.settings import format_value

ROOT = Path(__file__).resolve().parent.parent
REPORTED = ROOT / "report/reported.yaml"
CLAIMS = ROOT / "report/claims.yaml"
A_FIGURE = '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="80"><rect width="200" height="80"/></svg>'


def shipped_config(**changes):
    """The shipped config with one seed and some of its entries changed."""
    return {**read_yaml(ROOT / "config.yaml"), "seeds": [0], **changes}


class Results:
    """Made-up results of a config under a folder; change `runs` before `report` to change the story."""

    def __init__(self, folder, config, draw=None):
        self.folder, self.config = Path(folder), config
        self.plan = plan_experiments(config)
        self.reported = read_reported(REPORTED)
        self.claims = read_claims(CLAIMS)
        self.draw = draw
        self.reused = []  # as the provenance has it
        self.unpredicted = set()  # the (run id, seed) whose predictions are not known
        rows = [self._run(run_id, seed) for run_id, seed in self.plan.trainings(self.plan.config.seed_list())]
        self.runs = pd.DataFrame(rows, columns=list(RUN_COLUMNS))

    def _run(self, run_id, seed):
        run = self.plan.runs[run_id]
        settings = {k: format_value(v) for k, v in run.settings().items() if v is not None}
        accuracy, loss = self._near_the_original(run_id)
        noise = np.random.default_rng(int(hashlib.sha256(f"{run_id} {seed}".encode()).hexdigest()[:8], 16))
        accuracy, loss = accuracy + noise.normal(0, 0.002), loss * math.exp(noise.normal(0, 0.03))
        fitted = min(accuracy + 0.03 + noise.normal(0, 0.004), 0.999)
        count = parameter_count(build_network(run.model, self.config["models"][run.model]))
        return {
            "run_id": run_id,
            "seed": seed,
            **settings,
            "parameter_count": count,
            "train_loss": loss,
            "train_accuracy": fitted,
            "test_loss": 0.31,
            "test_accuracy": accuracy,
            "fitted_train_accuracy": fitted,
            "generalization_gap": fitted - accuracy,
            "diverged": False,
            "epochs_trained": run.epochs,
            "seconds": 60 + 30 * noise.random(),
            "device": "cpu",
            "engine": "torch",
        }

    def _near_the_original(self, run_id):
        for experiment in self.plan.experiments.values():
            for member in experiment.members:
                printed = self.reported.runs.get((experiment.name, member.label))
                if member.run_id == run_id and printed:
                    return printed.accuracy / 100, printed.train_loss or 0.12
        return 0.89, 0.17

    def set_run(self, run_id, **numbers):
        """Overwrite numbers of all seeds of one run."""
        assert run_id in set(self.runs["run_id"])
        for name, value in numbers.items():
            self.runs.loc[self.runs["run_id"] == run_id, name] = value

    def _curves(self):
        for run in self.runs.itertuples():
            for epoch in range(1, run.epochs_trained + 1):
                loss = run.train_loss * (run.epochs_trained / epoch) ** 0.45
                yield run.run_id, run.seed, epoch, loss, 0.9, 0.3, run.test_accuracy - 0.2 / epoch, 0.001

    def write(self):
        """Write every file that the report rule takes, and return its job."""
        columns = [
            "run_id",
            "seed",
            "epoch",
            "train_loss",
            "train_accuracy",
            "test_loss",
            "test_accuracy",
            "learning_rate",
        ]
        curves = pd.DataFrame(self._curves(), columns=columns)
        write_text(self.folder / "runs.csv", self.runs.to_csv(index=False))
        write_text(self.folder / "loss.csv", curves.to_csv(index=False))
        runs = read_runs(self.folder / "runs.csv")
        for name, experiment in self.plan.experiments.items():
            write_text(self.table(name), to_csv(experiment_table(experiment, runs, self.reported)))
        comparison = reported_against_replicated(self.plan.experiments, runs, self.reported)
        write_text(self.table("reported_vs_replicated"), to_csv(comparison))
        write_json(self.folder / "provenance.json", self._provenance())
        write_text(self.folder / "data.sha256", "".join(f"{'0' * 64}  {name}\n" for name in FILES))
        write_text(self.folder / "claims.csv", to_csv(self._verdicts(runs, curves)))
        self._write_predicted()
        names = ["reported_vs_replicated", "fc_network", "lenet5_network", "verdicts", "confusion", "classes"]
        for name in [*self.plan.experiments, *names, *(f"claims/{claim.id}" for claim in self.claims.claims)]:
            write_text(self.figure(name), A_FIGURE)
        if self.draw:
            self.draw(self, runs, curves)
        return self._job()

    def _verdicts(self, runs, curves):
        known = KnownRuns(experiments=self.plan.experiments, reported=self.reported)
        return evaluate_claims(Material(claims=self.claims, known=known, runs=runs, curves=curves))

    def _write_predicted(self):
        """Write what the predictions say, of test images that are a hundred of each class."""
        labels = np.repeat(np.arange(10, dtype=np.uint8), 100)
        known = [run for run in self.runs.itertuples() if (run.run_id, run.seed) not in self.unpredicted]
        predicted = [(run.run_id, run.seed, self._predictions(labels, run)) for run in known]
        write_text(self.folder / "confusion.csv", to_csv(confusion_table(predicted, labels)))
        correct = {}
        for run_id, _, classes in predicted:
            correct.setdefault(run_id, []).append(classes == labels)
        stacked = {run_id: np.stack(seeds) for run_id, seeds in correct.items()}
        pairs = compared_pairs(read_verdicts(self.folder / "claims.csv"))
        write_text(self.folder / "image_noise.csv", to_csv(noise_table(pairs, stacked, draws=200)))

    def _predictions(self, labels, run):
        """Take the next class for as many images as the accuracy asks, the more the later the class."""
        noise = np.random.default_rng(int(hashlib.sha256(f"{run.run_id} {run.seed}".encode()).hexdigest()[:8], 16))
        wrong = noise.random(len(labels)) < (1 - run.test_accuracy) * labels / 4.5
        return np.where(wrong, (labels + 1) % 10, labels).astype(np.uint8)

    def _provenance(self):
        names = ["python", "torch", "torchvision", "numpy", "pandas", "matplotlib", "seaborn", "snakemake"]
        return {
            "runs": len(self.runs),
            "reused": self.reused,
            "versions": {name: ["1.2.3"] for name in names},
            "platforms": ["Linux-made-up"],
            "cpus": ["Made-up CPU @ 2.00GHz"],
            "devices": ["cpu"],
            "engines": ["torch"],
            "threads": [1],
            "data_sha256": ["0" * 64],
            "git_revisions": ["f" * 40],
            "seconds_total": float(self.runs["seconds"].sum()),
            "seconds_by_run": self.runs.groupby("run_id")["seconds"].mean().to_dict(),
        }

    def table(self, name):
        return self.folder / "tables" / f"{name}.csv"

    def figure(self, name):
        return self.folder / "figures" / f"{name}.svg"

    def _job(self):
        style = ROOT / "report/style"
        given = {
            "runs": self.folder / "runs.csv",
            "loss": self.folder / "loss.csv",
            "tables": [self.table(name) for name in self.plan.experiments],
            "figures": [self.figure(name) for name in self.plan.experiments],
            "fc": self.figure("fc_network"),
            "lenet5": self.figure("lenet5_network"),
            "comparison": self.table("reported_vs_replicated"),
            "comparison_figure": self.figure("reported_vs_replicated"),
            "provenance": self.folder / "provenance.json",
            "checksum": self.folder / "data.sha256",
            "reported": REPORTED,
            "claims": CLAIMS,
            "verdicts": self.folder / "claims.csv",
            "claim_figures": [self.figure(f"claims/{claim.id}") for claim in self.claims.claims],
            "verdict_figure": self.figure("verdicts"),
            "calibration": ROOT / "benchmarks/calibration.csv",
            "confusion": self.folder / "confusion.csv",
            "confusion_figure": self.figure("confusion"),
            "classes_figure": self.figure("classes"),
            "image_noise": self.folder / "image_noise.csv",
            "sections": sorted((ROOT / "report/sections").glob("[0-9]*.md.j2")),
            "crossref": style / "crossref.lua",
            "html_template": style / "page.html",
            "css": style / "page.css",
            "typst_template": style / "paper.typ",
        }
        made = {
            "markdown": self.folder / "report/report.md",
            "html": self.folder / "report/index.html",
            "pdf": self.folder / "report/report.pdf",
        }
        return SimpleNamespace(
            input=SimpleNamespace(**given),
            output=SimpleNamespace(**made),
            params=SimpleNamespace(config=self.config),
        )


def script(name):
    """Import a workflow script; outside Snakemake it defines `main` and runs nothing."""
    path = ROOT / "workflow/scripts" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"script_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
