"""How often the tests of the claims err, and what they can see: python benchmarks/calibration.py.

Every form of claim is put to its test on made-up seeds, thousands of times (some twenty minutes), and
judged as one claim alone: Holm's correction for the whole list comes on top and makes every rate
smaller. Rates of false verdicts must not exceed the significance of 5%. Written to
benchmarks/calibration.csv, which the report shows.

Columns: `case` says what is true; `noise`: all runs scatter alike, or the first four times as
much; `effect` in points, empty where nothing is to be found; `supported`, `contradicted`,
`equivalent`: the share of verdicts, empty where that verdict is no error in a null case;
`coverage`: how often the interval (nominally 90%) holds the true difference.
"""

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd
from calibrated_forms import FORMS, Form
from scipy.stats import dunnett, rankdata

from fmnist.analysis.statistics import Array, page_p, share_interval
from fmnist.claims.claim_list import read_claims
from fmnist.claims.forms import Limits, Outcome, share
from fmnist.claims.verdicts import CONTRADICTED, EQUIVALENT, SMALL, SUPPORTED, verdict
from fmnist.common.files import write_text

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "benchmarks/calibration.csv"
DEVIATION = 0.25  # points: about what accuracies scatter from seed to seed
SEEDS = (3, 5, 10)
NOISY = 4.0
SIMULATIONS = 10_000  # of a case where nothing is to be found; a rate of 5% is then known to 0.2 points
NEAR, MORE = 0.045, 100_000  # where a rate comes near to 5%, afresh, so that it is known to 0.07 points
FEWER = 2_000  # where something is: a power is no error rate, and need not be known as well
NONE = float("nan")
FOUND = "found"


def margins() -> dict[int, float]:
    """Return the margins of accuracies, by the number of seeds, from report/claims.yaml."""
    claims = read_claims(ROOT / "report/claims.yaml")
    return {n: claims.margins["accuracy"].at(n) for n in SEEDS}


def cells() -> Iterator[dict[str, object]]:
    """Yield the table's lines, one after the other."""
    for form in FORMS:
        for n, margin in margins().items():
            for noise in ("equal", "first x4") if form.uneven else ("equal",):
                for case, means in form.nulls.items():
                    yield null_case(form, case, means(0.0, margin), n, margin, noise)
            for effect in form.effects:
                yield simulated(form, FOUND, form.found(effect, margin), n, margin, "equal", FEWER) | {"effect": effect}
    yield from share_cells()
    yield from dunnett_cells()


def null_case(form: Form, case: str, means: list[float], n: int, margin: float, noise: str) -> dict[str, object]:
    # Where a difference is as large as the margin, "equivalent" is an error; where there is none, it is right.
    right = {form.no_error.get(case), None if "margin" in case else EQUIVALENT}
    errors = [name for name in (SUPPORTED, CONTRADICTED, EQUIVALENT) if name not in right]
    cell = simulated(form, case, means, n, margin, noise, SIMULATIONS)
    if max(float(str(cell[name])) for name in errors) > NEAR:
        cell = simulated(form, case, means, n, margin, noise, MORE)
    return {name: NONE if name in right else number for name, number in cell.items()} | {"effect": NONE}


def simulated(
    form: Form, case: str, means: list[float], n: int, margin: float, noise: str, times: int
) -> dict[str, object]:
    """Put a form to its test many times, and count its verdicts."""
    random = np.random.default_rng(zlib.crc32(f"{form.name} {case} {noise} {n} {means} {times}".encode()))
    limits = Limits(margin=margin)
    deviations = DEVIATION * np.array([NOISY if noise != "equal" else 1.0] + [1.0] * (len(means) - 1))
    truth, verdicts, covered = form.truth(means), [], 0
    for _ in range(times):
        outcome = form.test(random.normal(means, deviations, size=(n, len(means))), limits)
        verdicts.append(judged(outcome, limits))
        covered += outcome.headline.lower <= truth <= outcome.headline.upper
    return line(form.name, case, noise, n, margin, verdicts, covered / times)


def judged(outcome: Outcome, limits: Limits) -> str:
    return verdict(
        support=outcome.support.p,
        against=outcome.against.p,
        equal=outcome.equal.p if outcome.equal else NONE,
        small=outcome.small,
        significance=limits.significance,
    )


def line(
    form: str, case: str, noise: str, n: int, margin: float, verdicts: list[str], coverage: float
) -> dict[str, object]:
    counts = {name: sum(found == name for found in verdicts) / len(verdicts) for name in (CONTRADICTED, EQUIVALENT)}
    supported = sum(found in (SUPPORTED, SMALL) for found in verdicts) / len(verdicts)
    return {
        "form": form,
        "case": case,
        "noise": noise,
        "n": n,
        "margin": margin,
        "effect": NONE,
        "simulations": len(verdicts),
        SUPPORTED: supported,
        **counts,
        "coverage": coverage,
    }


def share_cells() -> Iterator[dict[str, object]]:
    """A property of a loss curve: it holds in half of all runs, or in nearly all."""
    for n, margin in margins().items():
        for case, true_share, effect in (("holds in half of all runs", 0.5, NONE), (FOUND, 0.99, 0.99)):
            random = np.random.default_rng(0)
            outcomes = [share(list(random.random(n) < true_share)) for _ in range(SIMULATIONS)]
            verdicts = [
                verdict(support=o.support, against=o.against, equal=NONE, small=NONE, significance=0.05)
                for o in outcomes
            ]
            bounds = [share_interval(o.successes, n) for o in outcomes]
            covered = sum(lower <= true_share <= upper for lower, upper in bounds) / SIMULATIONS
            yield line("curve, share of seeds", case, "equal", n, margin, verdicts, covered) | {"effect": effect}


def dunnett_cells(simulations: int = 1000) -> Iterator[dict[str, object]]:
    """Dunnett's test in place of Welch's: why it does not decide. Contradicted: another beats the named winner."""
    for n, margin in margins().items():
        for noise in ("equal", "first x4"):
            random = np.random.default_rng(0)
            deviations = [NOISY if noise != "equal" else 1.0] + [1.0] * 7
            found = []
            for _ in range(simulations):
                winner, *others = random.normal(0, deviations, size=(n, 8)).T
                p = dunnett(*others, control=winner, alternative="greater", rng=np.random.default_rng(0)).pvalue.min()
                found.append(CONTRADICTED if p < 0.05 else "")
            cell = line("best of 8 by Dunnett's test (not used)", "all equal", noise, n, margin, found, NONE)
            yield cell | {SUPPORTED: NONE, EQUIVALENT: NONE}


def remembering(page_p: Callable[[Array], float]) -> Callable[[Array], float]:
    """Page's exact p depends on its statistic alone: compute it once for each value."""
    known: dict[tuple[float, int, int], float] = {}

    def remembered(values: Array) -> float:
        ranks = rankdata(values, axis=1)
        key = (float((ranks.sum(axis=0) * np.arange(ranks.shape[1])).sum()), *ranks.shape)
        if key not in known:
            known[key] = page_p(values)
        return known[key]

    return remembered


def main() -> None:
    with patch("fmnist.claims.forms.page_p", remembering(page_p)):
        table = pd.DataFrame(list(cells()))
    write_text(TABLE, table.to_csv(index=False, float_format="%.4f", lineterminator="\n"))
    errors = table[table["effect"].isna() & ~table["form"].str.contains("not used")]
    print(errors[[SUPPORTED, CONTRADICTED, EQUIVALENT]].max())


if __name__ == "__main__":
    main()
