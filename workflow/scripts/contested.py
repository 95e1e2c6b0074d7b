"""List the test images that most networks get wrong, and draw them in one picture."""

from pathlib import Path
from typing import Any

from fmnist.analysis.contested import contested_table, picture
from fmnist.analysis.tables import to_csv
from fmnist.common.files import atomic, read_arrays, write_text
from fmnist.common.job import run_logged
from fmnist.runs.predictions import read_store, read_test_labels


def main(job: Any) -> None:
    arrays = Path(job.input.arrays)
    store = read_store(Path(job.input.predictions))
    (images,) = read_arrays(arrays, ["test_images"], "delete it to remake it")
    table = contested_table(list(store.values()), read_test_labels(arrays), job.params.classes)
    write_text(Path(job.output.table), to_csv(table))
    with atomic(Path(job.output.picture)) as temporary:
        temporary.write_bytes(picture(images, table["image"].tolist()))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
