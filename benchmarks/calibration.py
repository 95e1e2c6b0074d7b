"""Error rates and power of the claims' tests: python benchmarks/calibration.py.

Test every form of claim on made-up seeds, thousands of times, in about 5 minutes of one core. Each claim is
judged alone: Holm's correction for the whole list makes every rate smaller. A rate of false
verdicts must not exceed the significance of 5 %. The report shows benchmarks/calibration.csv.

Columns: `case` is what is true. `noise` is "equal", "first x4" where the first run's standard
deviation is four times as large, or "correlated" where the runs of a seed correlate by 0.5.
`effect` is in points, of curves a share, and empty in a null case. `holds`, `fails` and `no
difference that matters` are shares of verdicts, empty where that verdict is right in a null case;
"holds, by less than matters" counts in two of them. `coverage` is the share of pairs of one-sided
95 % bounds (nominally 90 %) that hold the truth.
"""

import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd
from calibrated_forms import FORMS, Form, Means

from fmnist.analysis.statistics import Array, Difference, page_p
from fmnist.claims.claim_list import read_claims
from fmnist.claims.forms import Differences, Share
from fmnist.claims.verdicts import FAILS, HOLDS, NO_DIFFERENCE, SMALL, verdict
from fmnist.common.files import write_text

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "benchmarks/calibration.csv"
CLAIMS = read_claims(ROOT / "report/claims.yaml")
MARGIN, SIGNIFICANCE = CLAIMS.margins["accuracy"].margin, CLAIMS.significance
DEVIATION = 0.25  # points: the usual standard deviation of an accuracy over seeds
SEEDS = (3, 5, 10, 20, 40)
NOISES = ("equal", "first x4", "correlated")
SIMULATIONS = 4_000  # of a null case: the standard error of a rate of 5 % is 0.34 points
NEAR, MORE = 0.045, 20_000  # repeat with more where a rate is near 5 %: its standard error is then 0.15 points
FEWER = 1_000  # for a true effect: power may be less precise than an error rate
SHOWN = {HOLDS: (HOLDS, SMALL), FAILS: (FAILS,), NO_DIFFERENCE: (NO_DIFFERENCE, SMALL)}
NONE = float("nan")

Row = dict[str, object]


def rows() -> Iterator[Row]:
    """Yield the rows of the table."""
    for form in FORMS:
        for n in SEEDS:
            for noise in NOISES:
                for case, (means, right) in form.nulls.items():
                    yield null_case(partial(simulated, form, case, means(MARGIN), n, noise), right)
            for effect in form.effects:
                yield simulated(form, "found", form.found(effect), n, "equal", FEWER) | {"effect": effect}
    yield from share_rows()


def null_case(row: Callable[[int], Row], right: str) -> Row:
    """Return the row of a null case without the verdict that is right, simulated again where a rate is near 5 %."""
    wrong = [name for name in SHOWN if name != right]
    found = row(SIMULATIONS)
    if np.nanmax([float(str(found[name])) for name in wrong]) > NEAR:
        found = row(MORE)
    return found | {name: NONE for name in SHOWN if name not in wrong}


def simulated(form: Form, case: str, means: Means, n: int, noise: str, times: int) -> Row:
    """Test a form many times and return its row."""
    values = drawn(
        means, n, noise, times, np.random.default_rng(zlib.crc32(f"{form.name} {case} {n} {noise}".encode()))
    )
    moments = paired_moments(values)
    truth = form.test(values[0], lambda a, b: Difference(effect=means[a] - means[b], error=0, freedom=1), MARGIN)
    found, covered = [], 0
    for seeds, effects, errors in zip(values, *moments, strict=True):
        test = form.test(seeds, differences(effects, errors, n), MARGIN)
        found.append(verdict(test.p, SIGNIFICANCE))
        covered += test.estimand.lower(0.05) <= truth.estimand.effect <= test.estimand.upper(0.05)
    return row_of(form.name, case, noise, n, found, covered / times)


def drawn(means: Means, n: int, noise: str, times: int, random: np.random.Generator) -> Array:
    """Return values[simulation, seed, run]."""
    own = random.normal(size=(times, n, len(means)))
    if noise == "correlated":
        own = np.sqrt(0.5) * (own + random.normal(size=(times, n, 1)))
    deviations = np.full(len(means), DEVIATION)
    deviations[0] *= 4 if noise == "first x4" else 1
    return np.asarray(means + deviations * own)


def paired_moments(values: Array) -> tuple[Array, Array]:
    """Return [simulation, run, run] twice: the mean difference and its error, as `paired` has them of one pair."""
    mean = values.mean(axis=1)
    apart = values - mean[:, None]
    covariance = np.einsum("tsi,tsj->tij", apart, apart) / (values.shape[1] - 1)
    variance = np.diagonal(covariance, axis1=1, axis2=2)
    spread = np.maximum(variance[:, :, None] + variance[:, None, :] - 2 * covariance, 0)
    return mean[:, :, None] - mean[:, None, :], np.sqrt(spread / values.shape[1])


def differences(effects: Array, errors: Array, n: int) -> Differences:
    effect, error = effects.tolist(), errors.tolist()
    return lambda a, b: Difference(effect=effect[a][b], error=error[a][b], freedom=n - 1)


def row_of(form: str, case: str, noise: str, n: int, found: Sequence[str], coverage: float) -> Row:
    shares = {name: sum(map(found.count, counted)) / len(found) for name, counted in SHOWN.items()}
    if form.startswith(("level", "curve")):
        shares[NO_DIFFERENCE] = NONE  # these forms have no such verdict
    row: Row = {"form": form, "case": case, "noise": noise, "n": n, "margin": MARGIN, "effect": NONE}
    return row | {"simulations": len(found), **shares, "coverage": coverage}


def share_rows() -> Iterator[Row]:
    """Yield the rows of a property of loss curves: true shares of the run's seeds, and of the contrast's."""
    for n in SEEDS:
        yield null_case(partial(shares, "curve", "in half of the seeds", n, (0.5,)), "")
        for case, own in (("both in half of the seeds", (0.5, 0.5)), ("in every seed, contrast in half", (1, 0.5))):
            yield null_case(partial(shares, "curve and contrast", case, n, own), "")
        yield shares("curve", "found", n, (0.99,), FEWER) | {"effect": 0.99}
        yield shares("curve and contrast", "found", n, (0.99, 0.01), FEWER) | {"effect": 0.99}


def shares(form: str, case: str, n: int, true_shares: Sequence[float], times: int) -> Row:
    random = np.random.default_rng(zlib.crc32(f"{form} {case} {n}".encode()))
    known: dict[tuple[int, ...], tuple[str, bool]] = {}
    drawn = list(map(tuple, random.binomial(n, true_shares, size=(times, len(true_shares))).tolist()))
    for counts in set(drawn):
        own, contrast = counts[0], Share(counts[1], n) if len(counts) > 1 else None
        test = Share(own, n, contrast, contrast_lacks_it=contrast is not None)
        lower, upper = test.interval(0.05)
        known[counts] = verdict(test.p, SIGNIFICANCE), lower <= true_shares[0] <= upper
    found, covered = zip(*(known[counts] for counts in drawn), strict=True)
    return row_of(form, case, "equal", n, found, sum(covered) / times)


def remembering(page_p: Callable[[Array], float]) -> Callable[[Array], float]:
    """Cache Page's p by its statistic, on which alone it depends."""
    known: dict[tuple[float, int, int], float] = {}

    def remembered(values: Array) -> float:
        ranks = values.argsort(axis=1).argsort(axis=1)  # no two made-up values are equal
        key = (float(ranks.sum(axis=0) @ np.arange(ranks.shape[1])), *ranks.shape)
        if key not in known:
            known[key] = page_p(values)
        return known[key]

    return remembered


def main() -> None:
    with patch("fmnist.claims.forms.page_p", remembering(page_p)):
        table = pd.DataFrame(list(rows()))
    write_text(TABLE, table.to_csv(index=False, float_format="%.4f", lineterminator="\n"))
    errors = table[table["effect"].isna()]
    print(errors[[*SHOWN]].max(), f"least coverage {table['coverage'].min()}", sep="\n")


if __name__ == "__main__":
    main()
