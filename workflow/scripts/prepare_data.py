"""The data rule's script: obtain the images, verify them, write them as one array file."""

import shutil
from pathlib import Path
from typing import Any

from fmnist.common.files import atomic, write_text
from fmnist.common.job import run_logged
from fmnist.data import files, idx, sources
from fmnist.training import dataset


def main(job: Any) -> None:
    arrays = Path(job.output.arrays)
    downloads = arrays.parent / "raw"
    folder = Path(job.params.folder) if job.params.folder else None

    contents = sources.obtain(folder, job.params.dataset, downloads)
    with atomic(arrays) as temporary:
        dataset.save_arrays(temporary, idx.parse_files(contents))
    checksums = files.checksums_of(job.params.dataset)
    write_text(Path(job.output.checksum), files.checksum_lines(checksums))
    # Only now, so that a failure above costs no second download.
    shutil.rmtree(downloads, ignore_errors=True)


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
