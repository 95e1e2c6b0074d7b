"""Gather all runs into runs.csv, loss.csv and one provenance file."""

from pathlib import Path
from typing import Any

from fmnist.common.checksums import file_sha256
from fmnist.common.files import write_json, write_text
from fmnist.common.job import run_logged
from fmnist.runs.gathering import RunFolder, gather_curves, gather_runs
from fmnist.runs.provenance import summarise


def main(job: Any) -> None:
    folders = [
        RunFolder(path=Path(metrics).parent, run_id=run_id, seed=seed, settings=job.params.settings[run_id])
        for metrics, (run_id, seed) in zip(job.input.metrics, job.params.runs, strict=True)
    ]
    runs, provenances = gather_runs(folders, file_sha256(Path(job.input.checksum)))
    write_text(Path(job.output.runs), runs.to_csv(index=False, lineterminator="\n"))
    write_text(Path(job.output.loss), gather_curves(folders, runs))
    write_json(Path(job.output.provenance), summarise(provenances))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
