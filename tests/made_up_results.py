"""A whole set of results with made-up numbers, as the report rule would find them."""

import hashlib
import math
from pathlib import Path

import numpy as np
import pandas as pd
from builders import CLAIMS, REPORTED, ROOT, plan

from fmnist.analysis.confusion import confusion_table
from fmnist.analysis.contested import contested_table, picture
from fmnist.analysis.effects import effects
from fmnist.analysis.tables import experiment_table, reported_against_replicated, to_csv
from fmnist.claims.claim_list import read_claims
from fmnist.claims.evaluate import evaluate_claims, read_material
from fmnist.claims.over_images import over_images
from fmnist.claims.robustness import verdicts_by_choice, verdicts_by_half
from fmnist.claims.verdicts import FAILS, HOLDS, NO_DIFFERENCE
from fmnist.common.files import write_json, write_text
from fmnist.data.datasets import CLASS_NAMES, FILES
from fmnist.plan.config import read_config, resolved
from fmnist.plan.original import read_reported
from fmnist.plan.yaml_files import read_yaml
from fmnist.runs.gathering import CURVE_HEADER, RUN_COLUMNS
from fmnist.training.settings import format_value

A_FIGURE = '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="80"><rect width="200" height="80"/></svg>'
LABELS = np.repeat(np.arange(10, dtype=np.uint8), 100)  # of the test images
# As benchmarks/calibration.csv: rates without an effect, then with one.
CALIBRATION = pd.DataFrame(
    [("above", 3, math.nan, 0.04, 0.01, 0.03, 0.94), ("above", 3, 0.5, 0.6, 0.0, 0.0, 0.95)],
    columns=["form", "n", "effect", HOLDS, NO_DIFFERENCE, FAILS, "coverage"],
)
STYLE = {
    "crossref": ROOT / "report/style/crossref.lua",
    "traced": ROOT / "report/style/provenance.lua",
    "paper_filter": ROOT / "report/style/paper.lua",
    "html_template": ROOT / "report/style/page.html",
    "css": [*sorted((ROOT / "report/style").glob("*.css")), ROOT / "report/explorer/explorer.css"],
    "explorer": [ROOT / "report/explorer/explorer.html.j2"],
    "typst_template": ROOT / "report/style/paper.typ",
    "korean": ROOT / "report/korean/catalogue.yaml",
    "korean_page": ROOT / "report/korean/page.html",
    "korean_paper": ROOT / "report/korean/paper.typ",
    "korean_fonts": sorted((ROOT / "report/korean/fonts").glob("*.ttf")),
}


def shipped_config(**changes):
    """Return the shipped config with nothing left to a default, one seed, and some of its entries changed."""
    return {**resolved(read_config(read_yaml(ROOT / "config.yaml"))), "seeds": [0], **changes}


def only(*names, **more):
    """Return the shipped config with some of its experiments, and with others."""
    config = shipped_config()
    return {**config, "experiments": {name: config["experiments"][name] for name in names} | more}


def _chance(*key):
    return np.random.default_rng(int(hashlib.sha256(f"{key}".encode()).hexdigest()[:8], 16))


def _accuracies(test, gap):
    fitted = min(1.0, test + gap)
    return {"test_accuracy": test, "fitted_train_accuracy": fitted, "generalization_gap": fitted - test}


class Results:
    """Made-up results of a config under a folder; change `runs` before `write` to change what they say."""

    def __init__(self, folder, config):
        self.folder, self.config, self.plan = Path(folder), config, plan(config)
        self.reported = read_reported(REPORTED)
        self.reused = []  # as the provenance has it
        self.unpredicted = set()  # the (run id, seed) whose predictions are not known
        rows = [self._run(run_id, seed) for run_id, seed in self.plan.trainings(self.plan.config.seed_list())]
        self.runs = pd.DataFrame(rows, columns=list(RUN_COLUMNS))

    def _run(self, run_id, seed):
        run, chance = self.plan.runs[run_id], _chance(run_id, seed)
        accuracy, loss = self._near_the_original(run_id)
        accuracy, gap = accuracy + chance.normal(0, 0.002), 0.03 + chance.normal(0, 0.004)
        return {
            "run_id": run_id,
            "seed": seed,
            **{name: format_value(value) for name, value in run.settings().items() if value is not None},
            "parameter_count": 61706,
            "train_loss": loss * math.exp(chance.normal(0, 0.03)),
            "train_accuracy": 0.9,
            "test_loss": 0.3,
            **_accuracies(accuracy, gap),
            "diverged": False,
            "epochs_trained": run.epochs,
            "seconds": 60 + 30 * chance.random(),
            "device": "cpu",
            "engine": "torch",
        }

    def _near_the_original(self, run_id):
        experiments = self.plan.experiments.values()
        places = [(one.name, run.label) for one in experiments for run in one.members if run.run_id == run_id]
        printed = next((self.reported.runs[place] for place in places if place in self.reported.runs), None)
        return (printed.accuracy / 100, printed.train_loss or 0.12) if printed else (0.89, 0.17)

    def set_run(self, run_id, **numbers):
        """Overwrite numbers of all seeds of one run."""
        rows = self.runs["run_id"] == run_id
        assert rows.any()
        for name, value in numbers.items():
            self.runs.loc[rows, name] = value
        for index, run in self.runs[rows].iterrows():
            for name, value in _accuracies(run["test_accuracy"], run["generalization_gap"]).items():
                self.runs.loc[index, name] = value

    def write(self):
        """Write every file that the report rule takes; return their paths by name."""
        write_json(self.folder / "provenance.json", self._provenance())
        write_text(self.folder / "data.sha256", "".join(f"{'0' * 64}  {name}\n" for name in FILES))
        pictures = ("comparison_figure", "verdict_figure", "confusion_figure", "classes_figure", "opening_figure")
        return {
            **self._tables(),
            **STYLE,
            **{name: self._figure(name) for name in ("fc", "lenet5", *pictures)},
            "figures": [self._figure(name) for name in self.plan.experiments],
            "claim_figures": [self._figure(f"claims/{claim.id}") for claim in read_claims(CLAIMS).tested],
            "provenance": self.folder / "provenance.json",
            "checksum": self.folder / "data.sha256",
            "calibration": self._table("calibration", CALIBRATION),
            "sections": sorted((ROOT / "report/sections").glob("[0-9]*.md.j2")),
        }

    def _tables(self):
        curves = pd.DataFrame(self._curves(), columns=["run_id", "seed", *CURVE_HEADER.split(",")])
        write_text(self.folder / "runs.csv", self.runs.to_csv(index=False))
        write_text(self.folder / "loss.csv", curves.to_csv(index=False, na_rep="nan"))
        files = {"runs": self.folder / "runs.csv", "loss": self.folder / "loss.csv"}
        files |= {"claims": CLAIMS, "reported": REPORTED}
        experiments, predicted = self.plan.experiments, list(self._predicted())
        material = read_material(files, experiments)
        comparison = reported_against_replicated(experiments, material.runs, self.reported)
        files |= {
            "verdicts": self._table("verdicts", evaluate_claims(material)),
            "choices": self._table("choices", verdicts_by_choice(material)),
            "halves": self._table("halves", verdicts_by_half(material)),
            "comparison": self._table("comparison", comparison),
            "effects": self._table("effects", effects(experiments, material.runs, self.reported)),
            "confusion": self._table("confusion", confusion_table(predicted, LABELS, CLASS_NAMES)),
            **self._contested([classes for _, _, classes in predicted]),
        }
        correct = {}
        for run_id, seed, classes in predicted:
            correct.setdefault(run_id, {})[seed] = classes == LABELS
        shown = {name: experiment_table(one, material.runs, self.reported) for name, one in experiments.items()}
        return files | {
            "image_noise": self._table("image_noise", over_images(material, correct)),
            "tables": [self._table(f"tables/{name}", table) for name, table in shown.items()],
        }

    def _contested(self, predictions):
        table = contested_table(predictions, LABELS, CLASS_NAMES)
        images = np.zeros((len(LABELS), 28, 28), np.uint8)
        path = self.folder / "contested.png"
        path.write_bytes(picture(images, table["image"].tolist()))
        return {"contested": self._table("contested", table), "contested_picture": path}

    def _curves(self):
        for run in self.runs.itertuples():
            for epoch in range(1, run.epochs_trained + 1):
                accuracy = run.test_accuracy * (1 if epoch == run.epochs_trained else 1 - 0.2 / epoch)
                loss = run.train_loss * (run.epochs_trained / epoch) ** 0.45
                yield run.run_id, run.seed, epoch, loss, 0.9, 0.3, accuracy, 0.001

    def _predicted(self):
        """Take the next class for the images that are wrong: more of them, the later the class."""
        for run in self.runs.itertuples():
            if (run.run_id, run.seed) not in self.unpredicted:
                wrong = _chance(run.run_id, run.seed).random(len(LABELS)) < (1 - run.test_accuracy) * LABELS / 4.5
                yield run.run_id, run.seed, np.where(wrong, (LABELS + 1) % 10, LABELS).astype(np.uint8)

    def _provenance(self):
        return {
            "runs": len(self.runs),
            "reused": self.reused,
            "versions": {"python": ["1.2.3"], "torch": ["2.3.4"]},
            "platforms": ["Linux-made-up"],
            "cpus": ["Made-up CPU @ 2.00GHz"],
            "devices": ["cpu"],
            "engines": ["torch"],
            "threads": [1],
            "git_revisions": ["f" * 40],
            "seconds_total": float(self.runs["seconds"].sum()),
            "seconds_by_run": self.runs.groupby("run_id")["seconds"].mean().to_dict(),
        }

    def _table(self, name, table):
        write_text(self.folder / f"{name}.csv", to_csv(table))
        return self.folder / f"{name}.csv"

    def _figure(self, name):
        write_text(self.folder / f"figures/{name}.svg", A_FIGURE)
        return self.folder / f"figures/{name}.svg"
