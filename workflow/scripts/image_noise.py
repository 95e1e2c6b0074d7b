"""Judge the claims about accuracies again, over seeds and test images."""

from pathlib import Path
from typing import Any

from fmnist.analysis.tables import to_csv
from fmnist.claims.evaluate import material_of
from fmnist.claims.over_images import over_images
from fmnist.common.files import write_text
from fmnist.common.job import run_logged
from fmnist.runs.predictions import read_store, read_test_labels


def main(job: Any) -> None:
    material = material_of(job.input, job.params.experiments)
    labels = read_test_labels(Path(job.input.arrays))
    correct: dict[str, dict[int, Any]] = {}
    for (run_id, seed), predicted in read_store(Path(job.input.predictions)).items():
        correct.setdefault(run_id, {})[seed] = predicted == labels
    write_text(Path(job.output[0]), to_csv(over_images(material, correct)))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
