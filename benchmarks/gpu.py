"""One GPU, measured in one call of at most ten minutes: python benchmarks/gpu.py [--help].

Never run on a GPU so far. `python benchmarks/gpu.py --dry-run` runs every part on the CPU, with sizes
that measure nothing, in about two minutes of processor time.

The parts, in this order: whether graphs train as plain steps do (parity); seconds per epoch of our graph
and torch engines; the report's 41 runs with one seed, through Snakemake; our native engine on all
cores beside the GPU; lanes; torch.compile and JAX. Each is a process with its own time limit and adds
its rows to OUT/gpu.csv as soon as it has them; one that fails or takes too long leaves a row that
says so, and the next one starts. OUT/gpu.log has what they print, OUT/gpu_runs.csv the 41 runs.

For a machine without network that has Python 3.12 with PyTorch, pandas, scipy and matplotlib, such as
an image for CUDA, prepare the folder .gpu here, 41 MB that git ignores:

    .venv/bin/python benchmarks/gpu_prepare.py

Take this checkout with it to the machine, and there, in the checkout:

    python3 -m pip install -q --no-index --no-deps --target /tmp/site .gpu/wheels/*.whl &&
    PYTHONPATH=$PWD:/tmp/site PYTHONUNBUFFERED=1 python3 benchmarks/gpu.py --folder .gpu/data --out "$OUT"

where OUT is the folder to bring back. It installs Snakemake and what it needs, and uses the PyTorch
that is there (2.9 or later). On a machine with the project's environment the second command is
`.venv/bin/python benchmarks/gpu.py`.
"""

import argparse
import contextlib
import csv
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from cases import CASES, PROJECT
from gpu_parity import parity
from gpu_parts import Part, Row, Scale, last_line
from gpu_report import report
from gpu_speed import CONTENDERS, cores, timed

from fmnist.runs.provenance import cpu_name

# What is worth most comes first: the time may run out.
PARTS: dict[str, Part] = {
    "parity": parity,
    "graph engine": timed("graph engine"),
    "torch engine": timed("torch engine"),
    "report": report,
    "cores": cores,
    **{name: timed(name) for name in CONTENDERS if not name.endswith("engine")},
}
# Seconds at most for each part, guesses with room: the first call on a GPU will show better ones.
LIMITS = {"parity": 100, "graph engine": 60, "torch engine": 60, "report": 240, "cores": 90}
OTHER_LIMIT = 100
COLUMNS = [*Row._fields, "card", "processor", "torch"]


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse(arguments)
    if options.child:
        run_part(options)
        return 0
    if not options.dry_run and not torch.cuda.is_available():
        print("PyTorch finds no CUDA GPU here; expected one, or --dry-run.", file=sys.stderr)
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / "gpu.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerow(COLUMNS)
    end = time.monotonic() + options.budget
    problems = [start_part(name, options, end - time.monotonic()) for name in options.parts]
    print(path.read_text(encoding="utf-8"))
    return int(any(problems))


def start_part(name: str, options: argparse.Namespace, left: float) -> str:
    """Run a part in its own process; return why it did not end well, which is then also a row."""
    limit = min(LIMITS.get(name, OTHER_LIMIT), left)
    started = time.monotonic()
    words = [*command(options), "--child", name, "--limit", str(limit - 20)]  # it takes seconds to start and end
    problem = supervised(words, options.out / "gpu.log", limit)
    print(f"{name}: {time.monotonic() - started:.0f} s {problem}", file=sys.stderr, flush=True)
    if problem:
        write(options.out, Row(name, "", "", "", problem=problem))
    return problem


def supervised(command: list[str], log: Path, limit: float) -> str:
    """Run a command, with its output in a log; end it and all that it started after `limit` seconds."""
    if limit <= 0:
        return "not started: the time is used up"
    # A compilation that is killed leaves broken files: give each part its own cache.
    with log.open("a+", encoding="utf-8") as file, tempfile.TemporaryDirectory() as cache:
        place = file.tell()
        environment = {**os.environ, "TORCHINDUCTOR_CACHE_DIR": cache}
        process = subprocess.Popen(command, stdout=file, stderr=file, start_new_session=True, env=environment)
        try:
            status = process.wait(limit)
        except subprocess.TimeoutExpired:
            return f"ended after {limit:.0f} s, its limit"
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        file.seek(place)
        return f"failed: {last_line(file.read())}" if status else ""


def command(options: argparse.Namespace) -> list[str]:
    """Return this script's command with the options that a part needs."""
    words = [sys.executable, __file__, "--out", str(options.out), "--data", str(options.data)]
    words += ["--at-once", str(options.at_once)]
    words += ["--folder", str(options.folder)] if options.folder else []
    return [*words, "--dry-run"] if options.dry_run else words


def run_part(options: argparse.Namespace) -> None:
    """Run a part in this process."""
    for row in PARTS[options.child](scale_of(options)):
        write(options.out, row)


def scale_of(options: argparse.Namespace) -> Scale:
    """Return how much to measure."""
    full = Scale(
        device="cuda",
        cases=tuple(CASES),
        steps=600,
        blocks=3,
        images=6_050,
        epochs=6,
        processes=os.cpu_count() or 1,
        at_once=options.at_once,
        data=options.data,
        folder=options.folder,
        out=options.out,
        end=time.monotonic() + options.limit,
    )
    small = replace(full, device="cpu", cases=("base",), steps=2, blocks=1, images=130, epochs=2, processes=2)
    return small if options.dry_run else full


def write(out: Path, row: Row) -> None:
    """Add a row to the table at once, with the names of card and processor."""
    card = torch.cuda.get_device_name() if torch.cuda.is_available() else "none"
    with (out / "gpu.csv").open("a", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerow([*row, card, cpu_name(), torch.__version__])


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dry-run", action="store_true", help="on the CPU, with sizes that only test the script")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS), metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--budget", type=float, default=540.0, help="seconds for all parts together (540)")
    parser.add_argument("--at-once", type=int, default=4, help="trainings of the report that share the GPU (4)")
    results = PROJECT / "results"
    parser.add_argument("--data", type=Path, default=results / "data/fashion_mnist.npz", help="prepared array file")
    parser.add_argument("--folder", type=Path, help="the four files of Fashion-MNIST, for the report")
    parser.add_argument("--out", type=Path, default=results / "gpu", help="folder of gpu.csv and gpu.log (results/gpu)")
    parser.add_argument("--child", choices=PARTS, help=argparse.SUPPRESS)
    parser.add_argument("--limit", type=float, default=OTHER_LIMIT, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
