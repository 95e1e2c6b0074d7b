"""Print the verdict on every claim, without torch: python -m fmnist.claims RUNS.CSV LOSS.CSV."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from fmnist.analysis.tables import to_csv
from fmnist.claims.evaluate import evaluate_claims, read_material, verdict_table
from fmnist.claims.examine import Material
from fmnist.common.errors import FmnistError
from fmnist.common.files import write_text
from fmnist.plan.experiments import plan_experiments
from fmnist.plan.yaml_files import read_configs

PROJECT = Path(__file__).resolve().parents[2]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the verdicts on given runs. Exits with one sentence where a file is wrong."""
    options = _parser().parse_args(arguments)
    try:
        table = evaluate_claims(_material(options.runs, options.loss, options.config or [PROJECT / "config.yaml"]))
        if options.csv:
            write_text(options.csv, to_csv(table))
    except (FmnistError, OSError, ValueError) as error:
        sys.exit(f"Error: {error}")
    _print(verdict_table(table))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m fmnist.claims",
        description="Test every claim of the original on the seeds of your runs, and print the verdicts.",
    )
    parser.add_argument("runs", type=Path, help="a runs.csv, such as reference/runs.csv")
    parser.add_argument("loss", type=Path, help="the loss.csv of the same runs")
    parser.add_argument(
        "--config",
        type=Path,
        action="append",
        default=[],
        help="the config of these runs (default: config.yaml of the project); "
        "give the option again for each file laid over it",
    )
    parser.add_argument("--csv", type=Path, help="write the whole table to this file, too")
    return parser


def _material(runs: Path, loss: Path, configs: Sequence[Path]) -> Material:
    """Read the project's own claims and the given runs. Extensions count where their runs are in the table."""
    settings = {**read_configs(configs), "extensions": True}
    plan = plan_experiments(settings, ", ".join(map(str, configs)))
    report = PROJECT / "report"
    files = {"runs": runs, "loss": loss, "claims": report / "claims.yaml", "reported": report / "reported.yaml"}
    return read_material(files, plan.experiments)


def _print(text: str) -> None:
    """Print, also into a pipe whose reader stops early, such as head."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python fails again when it exits


if __name__ == "__main__":
    main()
