"""Downloads that break off."""

import signal
import subprocess
import sys
from pathlib import Path

from builders import ROOT, SAMPLE
from faults.registry import Outcome, check, fault
from source_builders import running_mirror

from fmnist.data.fashion_mnist import FILES

# The sample plays the full set, and a server on this machine the only source.
PROGRAM = f"""
import os, sys
from pathlib import Path
sys.path.insert(0, {str(ROOT / "tests")!r})
from source_builders import datasets
from fmnist.data import sources
sources.CHECKSUMS["fashion_mnist"] = sources.CHECKSUMS["sample"]
sources.DEBIAN_FOLDER = Path("/nowhere")
sys.modules["torchvision.datasets"] = datasets(sys.argv[1])
os.environ["PATH"] = ""
sources.obtain(None, "fashion_mnist", Path(sys.argv[2]))
"""


def obtain(address: str, raw: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PROGRAM, address, str(raw)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def next_download_succeeds(address: str, raw: Path) -> None:
    with obtain(address, raw) as process:
        output, _ = process.communicate()
    check(process.returncode == 0, "the next download fails", output)
    for name in FILES:
        whole = (raw / f"{name}.gz").read_bytes() == (SAMPLE / f"{name}.gz").read_bytes()
        check(whole, f"{name}.gz is not the whole file")


@fault(
    "A download killed half-way",
    "`kill -9` while a server has sent half a file, once for the first file, once again",
    fast=True,
)
def killed(folder: Path) -> Outcome:
    raw, times = folder / "raw", 2
    with running_mirror() as mirror:
        mirror.how = "silent"
        for _ in range(times):
            mirror.stalled.clear()
            with obtain(mirror.address, raw) as process:
                check(mirror.stalled.wait(60), "nothing was downloaded")
                process.kill()
            check(process.returncode == -signal.SIGKILL, "it was not killed")
            check(not list(raw.glob("*.gz")), "half a file has its real name")
        mirror.how = "whole"
        next_download_succeeds(mirror.address, raw)
    return Outcome(times, "the half file never has its real name, and is deleted once the data is prepared")


@fault(
    "A download that ends early, or is another file",
    "a server that sends half of each file; that sends other bytes",
    fast=True,
)
def wrong(folder: Path) -> Outcome:
    with running_mirror() as mirror:
        for how in ("half", "reversed"):
            mirror.how, raw = how, folder / how
            with obtain(mirror.address, raw) as process:
                output, _ = process.communicate()
            check(process.returncode != 0, "a wrong file is taken", output)
            check(not list(raw.iterdir()), "a wrong file is kept")
            mirror.how = "whole"
            next_download_succeeds(mirror.address, raw)
    return Outcome(2, "refused by its checksum and deleted; the next download is used")
