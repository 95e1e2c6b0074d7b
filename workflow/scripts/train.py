"""Train one run and write its files."""

from pathlib import Path
from typing import Any

from fmnist.common.checksums import DATA, file_sha256, read_checksums
from fmnist.common.files import write_json
from fmnist.common.job import run_logged
from fmnist.runs.files import write_loss_curve, write_metrics
from fmnist.runs.gpu_leases import take_gpu
from fmnist.runs.predictions import write_predictions
from fmnist.runs.progress import epoch_reporter
from fmnist.runs.provenance import cpu_name, describe_run
from fmnist.training.checkpoints import Checkpoint
from fmnist.training.dataset import load_dataset
from fmnist.training.devices import choose_device, make_deterministic
from fmnist.training.loop import train
from fmnist.training.own_networks import join
from fmnist.training.settings import run_settings


def main(job: Any) -> None:
    model = job.params.settings["model"]
    network = file_sha256(join(model)) if ":" in model else ""
    config = run_settings(job.params.settings)
    run_id, seed = job.wildcards.run_id, int(job.wildcards.seed)
    device = choose_device(job.config["device"], job.resources.gpu)
    if device.type == "cuda":
        take_gpu()
    make_deterministic(device, job.threads)
    state = Path(job.input.state)  # checksums of the training code and the data
    data_sha256 = read_checksums(state)[DATA]
    checkpoint = Checkpoint(Path(job.params.checkpoint), state.read_text(encoding="utf-8") + cpu_name() + network)
    report = epoch_reporter(f"{run_id} seed={seed}", config.epochs)
    data = load_dataset(Path(job.input.arrays), device)
    result = train(config, data, seed, job.config["engine"], report, checkpoint)
    write_loss_curve(Path(job.output.loss), result.epochs)
    write_predictions(Path(job.output.predictions), result.predictions)
    provenance = describe_run(
        device=str(device), engine=result.engine, threads=job.threads, data_sha256=data_sha256, seconds=result.seconds
    )
    write_json(Path(job.output.provenance), provenance)
    write_metrics(
        Path(job.output.metrics), run_id=run_id, seed=seed, config=config, data_sha256=data_sha256, result=result
    )
    checkpoint.remove()


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
