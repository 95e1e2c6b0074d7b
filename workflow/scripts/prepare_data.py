"""The data rule's script: obtain Fashion-MNIST, verify it, write it as one array file."""

from pathlib import Path
from typing import Any

from fmnist.common import files
from fmnist.common.job import run_logged
from fmnist.data import fashion_mnist as data_files
from fmnist.data import idx, sources
from fmnist.training import dataset


def main(job: Any) -> None:
    arrays = Path(job.output.arrays)
    raw = arrays.parent / "raw"
    folder = Path(job.params.folder) if job.params.folder else None

    contents = sources.obtain(folder, job.params.dataset, raw)
    with files.atomic(arrays) as temporary:
        dataset.save_arrays(temporary, idx.parse_files(contents))
    files.write_text(Path(job.output.checksum), data_files.checksum_text(contents))
    sources.discard_downloads(raw)  # only now: a failure above must not cost a second download


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
