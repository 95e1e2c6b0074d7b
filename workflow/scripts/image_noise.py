"""Judge the claims about accuracies again, over seeds and test images."""

from pathlib import Path
from typing import Any

from fmnist.analysis.tables import to_csv
from fmnist.claims.evaluate import read_material
from fmnist.claims.over_images import over_images
from fmnist.common.files import write_text
from fmnist.common.job import run_logged
from fmnist.plan.experiments import Experiment
from fmnist.runs.predictions import read_store, read_test_labels

FILES = ("runs", "loss", "claims", "reported")


def main(job: Any) -> None:
    experiments = {name: Experiment.from_dict(plain) for name, plain in job.params.experiments.items()}
    material = read_material({name: Path(getattr(job.input, name)) for name in FILES}, experiments)
    labels = read_test_labels(Path(job.input.arrays))
    correct: dict[str, dict[int, Any]] = {}
    for (run_id, seed), predicted in read_store(Path(job.input.predictions)).items():
        correct.setdefault(run_id, {})[seed] = predicted == labels
    write_text(Path(job.output[0]), to_csv(over_images(material, correct)))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
