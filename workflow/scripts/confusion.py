"""Count for every run which class it takes for which."""

from pathlib import Path
from typing import Any

from fmnist.analysis.confusion import confusion_table, read_confusion, with_known
from fmnist.analysis.tables import to_csv
from fmnist.common.files import write_text
from fmnist.common.job import run_logged
from fmnist.runs.gathering import read_runs
from fmnist.runs.predictions import all_predictions, read_test_labels


def main(job: Any) -> None:
    labels = read_test_labels(Path(job.input.arrays))
    runs = read_runs(Path(job.input.runs))
    predictions = all_predictions(runs, Path(job.input.runs).parent / "runs", labels)
    table = confusion_table(predictions, labels)
    for known in job.input.known:  # none, or that of the folder whose runs are reused
        table = with_known(table, read_confusion(Path(known)), runs)
    write_text(Path(job.output[0]), to_csv(table))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
