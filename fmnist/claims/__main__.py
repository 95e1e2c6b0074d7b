"""Print the verdict on every claim, in seconds: python -m fmnist.claims. It never trains.

`--runs` and `--claims` judge any table of runs by claims about it: docs/claims-alone.md.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from fmnist.analysis.tables import to_csv
from fmnist.claims.evaluate import evaluate_claims, read_material, table_material, verdict_table
from fmnist.claims.examine import Material
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
    if (options.runs is None) != (options.claims is None):
        parser.error("--runs and --claims go together; expected both, or neither")
    if options.runs and (options.tables or options.results or options.config):
        parser.error("--runs and --claims are all that is judged; expected no other table, --results or --config")
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
        "--config", type=Path, action="append", default=[], help="in place of config.yaml; later ones over earlier ones"
    )
    parser.add_argument("--runs", type=Path, help="a table of runs that any tool wrote")
    parser.add_argument("--claims", type=Path, help="a claims.yaml about it, with the key table (docs/claims-alone.md)")
    parser.add_argument("--csv", type=Path, help="write the whole table to this file, too")
    return parser


def _judged(options: argparse.Namespace) -> str:
    """Judge the claims that are asked for; write their table where `--csv` says."""
    if options.runs:
        tables, material = [options.runs], table_material(options.runs, options.claims)
    else:
        tables, material = _own_material(options)
    table = evaluate_claims(material)
    if options.csv:
        write_text(options.csv, to_csv(table))
    return f"Judged: {' and '.join(map(os.path.relpath, tables))}\n\n{verdict_table(table)}"


def _own_material(options: argparse.Namespace) -> tuple[list[Path], Material]:
    """Return the claims of a config's report with the tables of their runs. Extensions count where they were run."""
    configs = options.config or [PROJECT / "config.yaml"]
    settings = {**read_configs(configs), "extensions": True}
    plan = plan_experiments(settings, ", ".join(dict.fromkeys(map(str, configs))))
    runs, loss = options.tables or _tables(options.results, Path(plan.config.results))
    report = PROJECT / Path(plan.config.report.folder).expanduser()
    files = {"runs": runs, "loss": loss, "claims": report / "claims.yaml", "reported": report / "reported.yaml"}
    return [runs, loss], read_material(files, plan.experiments)


def _tables(chosen: Path | None, own: Path) -> tuple[Path, Path]:
    """Return runs.csv and loss.csv of the chosen folder, else of one's own results, else of the reference."""
    complete = (own / "runs.csv").exists() and (own / "loss.csv").exists()
    folder = chosen or (own if complete else PROJECT / "reference")
    return folder / "runs.csv", folder / "loss.csv"


if __name__ == "__main__":
    main()
