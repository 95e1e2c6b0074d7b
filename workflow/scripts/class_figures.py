"""Draw which class is taken for which, and what each change does to every class."""

from pathlib import Path
from typing import Any

from fmnist.analysis.class_changes import class_changes, shown_matrices
from fmnist.analysis.confusion import TEXTS, confusion_matrices
from fmnist.analysis.tables import read_table
from fmnist.common.job import run_logged
from fmnist.figures.classes import classes_figure, confusion_figure
from fmnist.figures.svg import save_svg
from fmnist.plan.experiments import Experiment, with_runs


def main(job: Any) -> None:
    matrices = confusion_matrices(read_table(Path(job.input.confusion), TEXTS), job.params.classes)
    planned = {name: Experiment.from_dict(plain) for name, plain in job.params.experiments.items()}
    experiments = with_runs(planned, matrices)  # without those whose predictions are not known
    save_svg(confusion_figure(shown_matrices(experiments, matrices), job.params.classes), Path(job.output.confusion))
    save_svg(classes_figure(class_changes(experiments, matrices), job.params.classes), Path(job.output.classes))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
