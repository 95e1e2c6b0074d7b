"""Print the verdict on every claim, without torch: python -m fmnist.claims RUNS.CSV LOSS.CSV."""

import argparse
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


def _project_material(runs: Path, loss: Path, configs: Sequence[Path]) -> Material:
    """Test what the project's own claims say of given runs; extensions count where their runs are among them."""
    project = Path(__file__).resolve().parents[2]
    schemas, report, configs = project / "workflow/schemas", project / "report", configs or [project / "config.yaml"]
    settings = {**read_configs(configs), "extensions": True}
    plan = plan_experiments(settings, ", ".join(map(str, configs)))
    files = {"runs": runs, "loss": loss}
    for name in ("claims", "reported"):
        files |= {name: report / f"{name}.yaml", f"{name}_schema": schemas / f"{name}.schema.yaml"}
    return read_material(files, plan.experiments)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the verdicts on given runs: python -m fmnist.claims RUNS.CSV LOSS.CSV."""
    parser = argparse.ArgumentParser(prog="python -m fmnist.claims", description="Print a verdict on every claim.")
    parser.add_argument("runs", type=Path, help="a runs.csv, such as reference/runs.csv")
    parser.add_argument("loss", type=Path, help="the loss.csv of the same runs")
    parser.add_argument(
        "--config",
        type=Path,
        action="append",
        default=[],
        help="the experiments of these runs; again: files laid over earlier ones; default: the project's config.yaml",
    )
    parser.add_argument("--csv", type=Path, help="also write the whole table here")
    options = parser.parse_args(arguments)
    try:
        table = evaluate_claims(_project_material(options.runs, options.loss, options.config))
        if options.csv:
            write_text(options.csv, to_csv(table))
    except (FmnistError, OSError, ValueError) as error:
        sys.exit(f"Error: {error}")
    print(verdict_table(table))


if __name__ == "__main__":
    main()


if __name__ == "__main__":
    main()
