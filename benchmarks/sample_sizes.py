"""How many seeds each claim needs: python benchmarks/sample_sizes.py.

Take the means and deviations of the exploration's seeds as true, draw many studies of n seeds from
them (normal, with the covariance between the runs of a claim), and judge each study by the
protocol, Holm's correction over the whole list included. `seeds` is the smallest n from which on
90 % of the studies decide the claim: any verdict but "open".

It writes benchmarks/sample_sizes.csv, and benchmarks/confirmation.yaml, by which every run is
trained with as many fresh seeds as any of its claims needs. Both were committed before the first
of these seeds was trained, and their numbers stay. Today the trend test is stricter and one run has
five more explored seeds: run again, the script asks for one seed more or fewer for four runs.
make report CONFIG="config.yaml benchmarks/confirmation.yaml" trains the seeds.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from fmnist.analysis.statistics import Array
from fmnist.claims.evaluate import corrected, read_material
from fmnist.claims.examine import PROTOCOL, Examined, claim_test, examine_all
from fmnist.claims.forms import PValues, Share
from fmnist.common.files import write_text
from fmnist.plan.experiments import Plan, plan_experiments
from fmnist.plan.yaml_files import read_configs

ROOT = Path(__file__).resolve().parents[1]
EXPLORATION = ROOT / "reference/exploration"
TABLE, CONFIRMATION = ROOT / "benchmarks/sample_sizes.csv", ROOT / "benchmarks/confirmation.yaml"
POWER, STUDIES = 0.9, 200
FIRST, FEWEST, MOST = 10, 10, 40  # the first of a run's fresh seeds, and how many
NUMBERS = (*range(3, 20), *range(20, MOST + 1, 2))


def planned() -> Plan:
    """Return the plan of config.yaml, extensions included."""
    return plan_experiments({**read_configs([ROOT / "config.yaml"]), "extensions": True})


def explored(plan: Plan) -> list[Examined]:
    """Return every claim put to its test on the exploration's seeds."""
    folder = ROOT / "report"
    files = {"claims": folder / "claims.yaml", "reported": folder / "reported.yaml"}
    tables = {name: EXPLORATION / f"{name}.csv" for name in ("runs", "loss")}
    return examine_all(read_material(files | tables, plan.experiments), PROTOCOL)


def drawn(values: Array, seeds: int, random: np.random.Generator) -> Array:
    """Return [seed, run] of a study: normal, with the mean and covariance of the complete seeds of `values`."""
    complete = values[np.isfinite(values).all(axis=1)]
    mean, apart = complete.mean(axis=0), complete - complete.mean(axis=0)
    return np.asarray(mean + random.normal(size=(seeds, len(complete))) @ apart / np.sqrt(len(complete) - 1))


def study(claims: list[Examined], seeds: int, random: np.random.Generator) -> Array:
    """Return the adjusted p of every claim in one study."""
    p_values = []
    for one in claims:
        if isinstance(one.test, Share):
            p_values.append(one.test.with_seeds(seeds).p)
        elif one.test is None:
            p_values.append(PValues())
        else:
            p_values.append(claim_test(one.claim, drawn(one.values, seeds, random), one.margin).p)
    return np.array([correction.adjusted for correction in corrected(p_values, "holm")])


def powers(claims: list[Examined]) -> pd.DataFrame:
    """Return the share of studies that decide each claim: a row for a number of seeds, a column for a claim."""
    random = np.random.default_rng(0)
    table = {seeds: np.mean([study(claims, seeds, random) < 0.05 for _ in range(STUDIES)], axis=0) for seeds in NUMBERS}
    return pd.DataFrame.from_dict(table, orient="index", columns=[one.claim.id for one in claims])


def confirmation(claims: list[Examined], fresh: list[int], plan: Plan) -> dict[str, Any]:
    """Return the config that trains the fresh seeds: one experiment for each number of them."""
    needed: dict[str, int] = {}
    for one, seeds in zip(claims, fresh, strict=True):
        needed |= {run.run_id: max(seeds, needed.get(run.run_id, 0)) for run in one.runs if run.run_id}
    experiments: dict[str, Any] = dict.fromkeys(plan.experiments)  # null: without those of config.yaml
    for seeds in sorted(set(needed.values())):
        run_ids = [run_id for run_id in plan.runs if needed.get(run_id) == seeds]
        cases = {run_id.replace("__", " ").replace("=", " "): _changes(run_id, plan) for run_id in run_ids}
        title = f"Runs with {seeds} fresh seeds"
        experiments[f"fresh_{seeds}"] = {"section": "4", "title": title, "max_seeds": seeds, "cases": cases}
    return {"seeds": list(range(FIRST, FIRST + max(needed.values()))), "experiments": experiments}


def _changes(run_id: str, plan: Plan) -> dict[str, Any]:
    """Return the settings of a run that differ from its network's defaults, and the network if not LeNet-5."""
    run = plan.runs[run_id]
    usual = plan.defaults[run.model].settings()
    changed = {key: value for key, value in run.settings().items() if value != usual[key]}
    return changed if run.model == plan.config.default_model else {"model": run.model, **changed}


def main() -> None:
    plan = planned()
    claims = explored(plan)
    power = powers(claims)
    enough = power.iloc[::-1].cummin().iloc[::-1] >= POWER  # at this number and at every larger one
    needed = enough.idxmax().where(enough.any())
    table = pd.DataFrame(
        {
            "claim": power.columns,
            "explored": [one.n for one in claims],
            "power_at_3": power.loc[3].to_numpy(),
            "power_at_10": power.loc[FEWEST].to_numpy(),
            "power_at_40": power.loc[MOST].to_numpy(),
            "seeds": needed.astype("Int64").to_numpy(),  # empty: more than MOST
            "fresh_seeds": needed.fillna(MOST).clip(FEWEST, MOST).astype(int).to_numpy(),
        }
    )
    write_text(TABLE, table.to_csv(index=False, float_format="%.2f", lineterminator="\n"))
    config = confirmation(claims, list(table["fresh_seeds"]), plan)
    text = yaml.safe_dump(config, sort_keys=False, default_flow_style=None, width=110)
    write_text(CONFIRMATION, f"# Written by benchmarks/sample_sizes.py: the seeds on which the verdicts rest.\n{text}")
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
