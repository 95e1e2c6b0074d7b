"""The run explorer: one HTML fragment with a table of all settings, their curves and the script that shows them.

The table needs no script. The script adds sorting, a filter, and the curves of chosen settings; it keeps its
state in the address, `#runs=lenet5,fc&measure=test_accuracy&sort=-accuracy`. A link to `#claim=<id>` marks the
settings that a claim compares. A page calls it with the names of
fmnist/report/context.py:

    claims = explorer_claims(judged, run_ids_by_claim(claims, known))
    explorer_html(inputs.runs, read_curves(inputs.path("loss")), claims, folder, value=traced.button)

`folder` is report/explorer, whose FILES are inputs of rule report.
pandoc takes the fragment as a file (--include-after-body), or it replaces a mark in the finished page. As an
argument (--variable) it is too long for Linux.
"""

import base64
import json
import math
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import numpy.typing as npt
import pandas as pd
from markupsafe import Markup, escape

from fmnist.common.wording import counted, duration, spread
from fmnist.report.run_names import run_name
from fmnist.report.tables import number_or_none
from fmnist.runs.columns import measured

STYLES = ("vendor/uPlot.min.css", "explorer.css")
SCRIPTS = ("vendor/uPlot.iife.min.js", "explorer.js")
TEMPLATE = "explorer.html.j2"
FILES = (TEMPLATE, *STYLES, *SCRIPTS)  # what rule report needs of report/explorer

COLUMNS = {
    "name": "Setting",
    "accuracy": "Test accuracy, %",
    "train_loss": "Final training loss",
    "generalization_gap": "Gap, points",
    "seconds": "Training time",
    "seeds": "Seeds",
    "claims": "Claims",
}
PLACES = {"accuracy": 2, "train_loss": 4, "generalization_gap": 2}

# A curve's values are whole numbers from 1 on; 0 is no number. An accuracy counts in steps of 1/10,000. A loss
# counts in 2,000 steps a factor of ten, from 0.000001 on: each step is 0.12 %.
CURVES = {
    "train_loss": "training loss",
    "test_accuracy": "test accuracy",
    "test_loss": "test loss",
    "train_accuracy": "training accuracy",
}
LOSS_STEPS, SMALLEST_LOSS, LARGEST_LOSS = 2_000, 1e-6, 1e6
ACCURACY_STEPS = 10_000

Value = Callable[[str, str, str], str]  # a number's text, its run id and its measure: the HTML that shows it


@dataclass(frozen=True, kw_only=True, slots=True)
class ExplorerClaim:
    """A claim as the explorer shows it."""

    id: str
    says: str
    verdict: str
    measure: str  # a key of CURVES: the curve to look at first
    run_ids: tuple[str, ...]


def explorer_claims(judged: Sequence[Mapping[str, Any]], run_ids: Mapping[str, Sequence[str]]) -> list[ExplorerClaim]:
    """Return every judged claim (of `judged_claims`) with the runs that it compares, from `run_ids_by_claim`."""
    found = []
    for one in judged:
        claim = one["claim"]
        on_loss = claim.form == "curve" or claim.measure == "train_loss"
        found.append(
            ExplorerClaim(
                id=claim.id,
                says=claim.says,
                verdict=one["verdict"],
                measure="train_loss" if on_loss else "test_accuracy",
                run_ids=tuple(run_ids[claim.id]),
            )
        )
    return found


def explorer_html(
    runs: pd.DataFrame,
    curves: pd.DataFrame,
    claims: Sequence[ExplorerClaim],
    folder: Path,
    value: Value = lambda text, *_: escape(text),
    with_style: bool = True,
) -> str:
    """Return the explorer as one HTML section, with its style, script and data.

    `runs` and `curves` are runs.csv and loss.csv; `folder` is report/explorer. `value` writes a number, so that
    a page can show where it comes from (fmnist/report/provenance.py). Without style, for pages that have
    `explorer_style` in their head, where alone the HTML standard allows it.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder, encoding="utf-8"),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
    )
    environment.filters["counted"] = counted
    return environment.get_template(TEMPLATE).render(
        columns=COLUMNS,
        rows=_rows(runs, claims),
        value=lambda *number: Markup(value(*number)),  # noqa: S704 - HTML by contract
        style=explorer_style(folder) if with_style else None,
        script=_joined(folder, SCRIPTS),
        data=_as_json(_data(curves, claims)),
    )


def explorer_style(folder: Path) -> Markup:
    """Return the explorer's CSS; `folder` is report/explorer."""
    return _joined(folder, STYLES)


def _joined(folder: Path, names: Sequence[str]) -> Markup:
    texts = [(folder / name).read_text(encoding="utf-8").rstrip() for name in names]
    return Markup("\n".join(texts) + "\n")  # noqa: S704 - files of our own


def _as_json(data: Any) -> Markup:
    """Write JSON that cannot end the script element that holds it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - no markup left


def _rows(runs: pd.DataFrame, claims: Sequence[ExplorerClaim]) -> list[dict[str, Any]]:
    return [
        {
            "run_id": run_id,
            "name": run_name(str(run_id)),
            "cells": {measure: _cell(seeds, measure) for measure in (*PLACES, "seconds")},
            "seeds": len(seeds),
            "diverged": int(seeds["diverged"].sum()),
            "claims": [claim for claim in claims if run_id in claim.run_ids],
        }
        for run_id, seeds in runs.groupby("run_id", sort=False)
    ]


def _cell(seeds: pd.DataFrame, measure: str) -> dict[str, Any]:
    """Return the mean of a run's seeds (None: no number) and its text, with the standard deviation."""
    values = measured(seeds, measure)
    mean, deviation = (number_or_none(float(number)) for number in (values.mean(), values.std()))
    text = duration(mean) if measure == "seconds" else spread(mean, deviation, PLACES[measure])
    return {"mean": None if mean is None else round(mean, 6), "text": text}


def _data(curves: pd.DataFrame, claims: Sequence[ExplorerClaim]) -> dict[str, Any]:
    """Return what the script reads; a run is its place in `runs`.

    `trainings` has run, seed and number of epochs of every curve, in the order of the curves. `finals` has the
    last values, exact to six digits: the curves are rounded.
    """
    places = {run_id: place for place, run_id in enumerate(curves["run_id"].unique())}
    trainings = [one for _, one in curves.groupby(["run_id", "seed"], sort=False)]
    return {
        "measures": CURVES,
        "lossSteps": LOSS_STEPS,
        "smallestLoss": SMALLEST_LOSS,
        "accuracySteps": ACCURACY_STEPS,
        "runs": list(places),
        "claims": {claim.id: _claim(claim, places) for claim in claims},
        "trainings": [[places[one["run_id"].iloc[0]], int(one["seed"].iloc[0]), len(one)] for one in trainings],
        "finals": {measure: [_final(one[measure]) for one in trainings] for measure in CURVES},
        "curves": encode_curves(trainings),
    }


def _final(curve: "pd.Series[float]") -> float | None:
    final = float(f"{curve.iloc[-1]:.6g}")
    return final if math.isfinite(final) else None


def _claim(claim: ExplorerClaim, places: Mapping[str, int]) -> dict[str, Any]:
    known = [places[run_id] for run_id in claim.run_ids if run_id in places]
    return {"says": claim.says, "verdict": claim.verdict, "measure": claim.measure, "runs": known}


def encode_curves(trainings: Sequence[pd.DataFrame]) -> str:
    """Return all curves in base64: differences between epochs as 16 bits, deflated.

    The order is that of CURVES, then of the trainings, then of the epochs.
    """
    differences = [np.diff(quantised(one[measure]), prepend=0) for measure in CURVES for one in trainings]
    packed = np.concatenate([np.zeros(0), *differences]).astype("<i2").tobytes()
    deflate = zlib.compressobj(level=9, wbits=-15)
    return base64.b64encode(deflate.compress(packed) + deflate.flush()).decode()


def quantised(curve: "pd.Series[float]") -> npt.NDArray[np.int64]:
    """Return a curve in whole steps, as the comment on CURVES says."""
    values = curve.to_numpy(dtype=float)
    with np.errstate(invalid="ignore"):
        if str(curve.name).endswith("loss"):
            steps = LOSS_STEPS * np.log10(np.clip(values, SMALLEST_LOSS, LARGEST_LOSS) / SMALLEST_LOSS)
        else:
            steps = ACCURACY_STEPS * values
    return np.where(np.isfinite(values), np.round(np.nan_to_num(steps)) + 1, 0).astype(np.int64)
