"""Print the verdict on every claim of the original, in seconds: python -m fmnist.claims. It never trains."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from fmnist.analysis.tables import to_csv
from fmnist.claims.evaluate import evaluate_claims, read_material, verdict_table
from fmnist.common.errors import FmnistError
from fmnist.common.files import write_text
from fmnist.plan.experiments import plan_experiments
from fmnist.plan.yaml_files import read_configs

PROJECT = Path(__file__).resolve().parents[2]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print which runs are judged, and the verdicts on them. Exits with one sentence where a file is wrong."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if len(options.tables) not in (0, 2):
        parser.error(f"{len(options.tables)} tables given; expected a runs.csv and a loss.csv, or neither")
    try:
        text = _judged(options)
    except (FmnistError, OSError, ValueError) as error:
        sys.exit(f"Error: {error}")
    try:
        print(text, flush=True)
    except BrokenPipeError:  # the reader stopped early, such as head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python fails again when it exits


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m fmnist.claims",
        description="Test every claim of the original on the seeds of your runs, and print the verdicts. "
        "Without arguments: on the runs of results/ where there are any, else on those of reference/.",
    )
    parser.add_argument("tables", type=Path, nargs="*", help="a runs.csv, and the loss.csv of the same runs")
    parser.add_argument("--results", type=Path, metavar="FOLDER", help="the folder of these two files")
    parser.add_argument(
        "--config", type=Path, action="append", default=[], help="a file laid over config.yaml; give one or several"
    )
    parser.add_argument("--csv", type=Path, help="write the whole table to this file, too")
    return parser


def _judged(options: argparse.Namespace) -> str:
    """Judge the project's own claims. Extensions count where their runs are in the table."""
    configs = [PROJECT / "config.yaml", *options.config]
    settings = {**read_configs(configs), "extensions": True}
    plan = plan_experiments(settings, ", ".join(dict.fromkeys(map(str, configs))))
    runs, loss = options.tables or _tables(options.results, Path(plan.config.results))
    report = PROJECT / "report"
    files = {"runs": runs, "loss": loss, "claims": report / "claims.yaml", "reported": report / "reported.yaml"}
    table = evaluate_claims(read_material(files, plan.experiments))
    if options.csv:
        write_text(options.csv, to_csv(table))
    return f"Judged: {os.path.relpath(runs)} and {os.path.relpath(loss)}\n\n{verdict_table(table)}"


def _tables(chosen: Path | None, own: Path) -> tuple[Path, Path]:
    """Return runs.csv and loss.csv of the chosen folder, else of one's own results, else of the reference."""
    complete = (own / "runs.csv").exists() and (own / "loss.csv").exists()
    folder = chosen or (own if complete else PROJECT / "reference")
    return folder / "runs.csv", folder / "loss.csv"


if __name__ == "__main__":
    main()
