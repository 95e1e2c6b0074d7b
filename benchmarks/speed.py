"""Compare training speed on one core: python benchmarks/speed.py [--help].

Each contender has its own process, all on the same core. They take turns for several rounds, a
block of steps each, so that a slow minute of the machine slows them all.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from one_core import last_core, use_one_thread

use_one_thread()  # before anything imports numpy

import pandas as pd  # noqa: E402
from cases import CASES, PROJECT, describe_data  # noqa: E402
from peers import CONTENDERS  # noqa: E402
from rivals import Plan, Rival  # noqa: E402
from speed_plot import draw  # noqa: E402
from speed_results import conditions, markdown, rows_of  # noqa: E402

HERE = Path(__file__).parent


def main(arguments: Sequence[str] | None = None) -> None:
    options = parse(arguments)
    core = last_core()
    rows = []
    for case in options.cases:
        plans = [Plan(name, case, options.data, options.seconds, core) for name in options.contenders]
        rows += rows_of(case, list(measured(plans, options.rounds)))
    results = pd.DataFrame(rows)
    options.out.mkdir(parents=True, exist_ok=True)
    results.to_csv(options.out / "speed.csv", index=False, lineterminator="\n", float_format="%.4g")
    draw(results, options.out / "speed.svg")
    print(conditions(core, describe_data(options.data), options.rounds, options.seconds))
    print(markdown(results))


def measured(plans: list[Plan], rounds: int) -> Iterator[Rival]:
    """Start the contenders of a case, let them take turns, and end them; yield each with its measurements."""
    rivals: list[Rival] = []
    try:
        for plan in plans:
            rivals.append(Rival(plan))
            say(f"{plan.case}: {plan.contender}: {rivals[-1].problem or f'{rivals[-1].steps} steps a block'}")
        for number in range(rounds):
            for rival in rivals if number % 2 == 0 else reversed(rivals):
                rival.measure()
            say(f"{plans[0].case}: round {number + 1} of {rounds}")
    finally:
        for rival in rivals:
            rival.close()
    yield from rivals


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=positive_int, default=7, help="blocks per contender (7)")
    parser.add_argument("--seconds", type=positive_float, default=3.0, help="length of a block, at most an epoch (3)")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES), metavar="CASE", help=", ".join(CASES))
    parser.add_argument(
        "--contenders",
        nargs="+",
        choices=CONTENDERS,
        default=list(CONTENDERS),
        metavar="CONTENDER",
        help=", ".join(CONTENDERS),
    )
    default = Path(os.path.relpath(PROJECT / "results/data/fashion_mnist.npz"))
    parser.add_argument("--data", type=Path, default=default, help=f"prepared array file ({default})")
    parser.add_argument("--out", type=Path, default=HERE, help="folder of speed.csv and speed.svg (benchmarks)")
    return parser.parse_args(arguments)


def positive_int(text: str) -> int:
    return int(positive_float(str(int(text))))


def positive_float(text: str) -> float:
    if not 0 < float(text) < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return float(text)


if __name__ == "__main__":
    main()
