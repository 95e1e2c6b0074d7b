"""kill -9: of a training, of Snakemake, of both, of a download."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from builders import ROOT, SAMPLE
from faults.project import Project, check, training
from faults.trainings import Training, prepared
from source_builders import running_mirror
from training_process import checkpoint_of

from fmnist.data.datasets import FILES

KILLS = 20
EPOCHS = 600
ROUNDS = 3
MOMENTS = random.Random(5)  # noqa: S311

# The sample plays the full set, and a server on this machine the only source.
DOWNLOAD = f"""
import os, sys
from pathlib import Path
sys.path.insert(0, {str(ROOT / "tests")!r})
from source_builders import datasets
from fmnist.data import sources
sample = sources.DATASETS["sample"].checksums
sources.DATASETS["fashion_mnist"] = sources.DATASETS["fashion_mnist"]._replace(checksums=sample)
sources.DEBIAN_FOLDER = Path("/nowhere")
sys.modules["torchvision.datasets"] = datasets(sys.argv[1])
os.environ["PATH"] = ""
sources.obtain(None, "fashion_mnist", Path(sys.argv[2]))
"""


def one_training(folder: Path) -> int:
    """`kill -9` 20 times, each at a random instant after another checkpoint; started again until it is done"""
    arrays = prepared(folder)
    whole = Training(arrays, folder / "whole", EPOCHS).succeeds()
    killed = Training(arrays, folder / "killed", EPOCHS)
    path = checkpoint_of(killed.folder)
    for _ in range(KILLS):
        before = path.stat().st_ino if path.exists() else None
        with killed.start() as process:
            while not path.exists() or path.stat().st_ino == before:
                check(process.poll() is None, "the training ended before its kill")
            time.sleep(MOMENTS.uniform(0, 0.1))
            check(process.poll() is None, "the training ended before its kill")
            process.kill()
    killed.succeeds().is_like(whole)
    return KILLS


def between_files(folder: Path) -> int:
    """`kill -9` just before and just after every rename, deletion and removal of a folder that a run makes"""
    program = Path(__file__).with_name("between_files.py")
    done = subprocess.run([sys.executable, program, folder], capture_output=True, text=True, check=False)
    check(done.returncode == 0, "a training did not end as it should", done.stdout + done.stderr)
    return int(done.stdout)


def snakemake(kill: Callable[[int], None], folder: Path) -> int:
    """Kill Snakemake some seconds after a training began; the next start finds the folder locked."""
    project = Project(folder / "project")
    for _ in range(ROUNDS):
        with training(project) as process:
            time.sleep(MOMENTS.uniform(0, 3))
            check(process.poll() is None, "all was done before the kill")
            kill(process.pid)
            project.run().failed("cannot be locked")
            project.run("--unlock").succeeded()
    project.recovers()
    return ROUNDS


def driver(folder: Path) -> int:
    """`kill -9` of Snakemake alone, 3 times while it trains; its training lives on"""
    return snakemake(lambda pid: os.kill(pid, signal.SIGKILL), folder)


def driver_and_jobs(folder: Path) -> int:
    """`kill -9` of the whole process group, 3 times while it trains"""
    return snakemake(lambda pid: os.killpg(pid, signal.SIGKILL), folder)


def second_snakemake(folder: Path) -> int:
    """a second one started while the first trains"""
    project = Project(folder / "project")
    with training(project) as first:
        for _ in range(ROUNDS):
            project.run().failed("cannot be locked")
        output = "".join(first.communicate())
        check(first.returncode == 0, "the first fails", output)
    project.recovers()
    return ROUNDS


def download(folder: Path) -> int:
    """`kill -9` while a server has sent half a file, once for the first file, once again"""
    raw = folder / "raw"
    with running_mirror() as mirror:
        command = [sys.executable, "-c", DOWNLOAD, mirror.address, raw]
        for _ in range(2):
            mirror.how = "silent"
            mirror.stalled.clear()
            with subprocess.Popen(command) as process:
                check(mirror.stalled.wait(60), "nothing was downloaded")
                process.kill()
            check(process.returncode == -signal.SIGKILL, "it was not killed")
            check(not list(raw.glob("*.gz")), "half a file has its real name")
        mirror.how = "whole"
        subprocess.run(command, check=True)
    for name in FILES:
        whole = (raw / f"{name}.gz").read_bytes() == (SAMPLE / f"{name}.gz").read_bytes()
        check(whole, f"{name}.gz is not the whole file")
    return 2
