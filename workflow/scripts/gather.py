"""Gather all runs into runs.csv, loss.csv and provenance.json."""

from pathlib import Path
from typing import Any

from fmnist.common.checksums import file_sha256
from fmnist.common.files import write_json, write_text
from fmnist.common.job import run_logged
from fmnist.runs.gathering import curves_text, read_run, runs_table, summarise
from fmnist.runs.reuse import read_reused


def main(job: Any) -> None:
    settings, data_sha256 = job.params.settings, file_sha256(Path(job.input.checksum))
    trained, planned = ([tuple(pair) for pair in pairs] for pairs in (job.params.trained, job.params.runs))
    found = {}
    for (run_id, seed), metrics in zip(trained, job.input.metrics, strict=True):
        found[run_id, seed] = read_run(Path(metrics).parent, run_id, seed, settings[run_id], data_sha256)
    if job.input.reused:
        reused = [pair for pair in planned if pair not in found]
        found |= read_reused(Path(job.input.reused[0]).parent, job.params.reuse, reused, settings, data_sha256)
    records = [found[pair] for pair in planned]
    write_text(Path(job.output.runs), runs_table(records).to_csv(index=False, lineterminator="\n"))
    write_text(Path(job.output.loss), curves_text(records))
    write_json(Path(job.output.provenance), summarise(records))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
