"""Count for every run which class it takes for which."""

from pathlib import Path
from typing import Any

from fmnist.confusion import confusion_table
from fmnist.files import write_text
from fmnist.gathering import read_runs
from fmnist.joblog import run_logged
from fmnist.predictions import all_predictions, read_test_labels
from fmnist.tables import to_csv


def main(job: Any) -> None:
    labels = read_test_labels(Path(job.input.arrays))
    predictions = all_predictions(read_runs(Path(job.input.runs)), Path(job.input.runs).parent / "runs", labels)
    write_text(Path(job.output[0]), to_csv(confusion_table(predictions, labels)))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
