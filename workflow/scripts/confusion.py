"""Count for every run which class it takes for which."""

from pathlib import Path
from typing import Any

from fmnist.analysis.confusion import confusion_table
from fmnist.analysis.tables import to_csv
from fmnist.common.files import write_text
from fmnist.common.job import run_logged
from fmnist.runs.predictions import read_store, read_test_labels


def main(job: Any) -> None:
    store = read_store(Path(job.input.predictions))
    predictions = [(run_id, seed, predicted) for (run_id, seed), predicted in store.items()]
    table = confusion_table(predictions, read_test_labels(Path(job.input.arrays)), job.params.classes)
    write_text(Path(job.output[0]), to_csv(table))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
