"""Claims and made-up runs to judge them on: five seeds that scatter by a quarter of a point."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from builders import CLAIMS, runs_frame

from fmnist.claims.claim_list import ClaimList, read_claims
from fmnist.plan.yaml_files import read_yaml

SPREAD = (-0.003, -0.002, 0.0, 0.002, 0.003)  # of five seeds: a quarter of a point
ORDERS = ((0, 1, 2, 3, 4), (3, 0, 4, 1, 2), (1, 4, 2, 0, 3), (2, 3, 0, 4, 1))
BASE, MAX = "lenet5", "lenet5__pooling=max"
UP = (0.80, 0.81, 0.82, 0.83, 0.84, 0.85, 0.86, 0.87)
ROWS = Sequence[tuple[str, int, float, float | None]]
Judge = Callable[..., pd.DataFrame]


def claim(form: str, **keys: Any) -> dict[str, Any]:
    return {"id": form, "section": "4", "form": form, "says": "It is so.", "quote": "x", **keys}


A, B = {"experiment": "pooling", "value": "max"}, {"experiment": "lenet5_base"}
POOLING = claim("above", id="pooling", a=A, b=B)
ALIKE = claim("level", id="alike", a=A, b=B)


def rate_claim(form: str, **keys: Any) -> dict[str, Any]:
    return claim(form, **({} if form == "best" else {"experiment": "learning_rate"}), **keys)


def seeds(run_id: str, accuracy: float, loss: float = 0.2, order: int = 0, count: int = 5) -> ROWS:
    """Seeds of a run with exactly this mean accuracy, and with losses that scatter by a few percent."""
    spread = [SPREAD[place] for place in ORDERS[order]][:count]
    return [(run_id, seed, accuracy + deviation, loss * (1 + 10 * deviation)) for seed, deviation in enumerate(spread)]


def frame(*runs: ROWS, **others: Any) -> pd.DataFrame:
    rows: Iterable[tuple[str, int, float, float | None]] = [row for run in runs for row in run]
    constant = {"generalization_gap": 0.05, "seconds": 60.0, "device": "cpu", "engine": "native"}
    return runs_frame(rows, **{**constant, **others})


def claims(folder: Path, *entries: dict[str, Any]) -> ClaimList:
    path = folder / "claims.yaml"
    document = {**read_yaml(CLAIMS), "tested": list(entries), "asserted": []}
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return read_claims(path)


def rates(*accuracies: float, losses: Sequence[float] = (0.2,) * 8) -> pd.DataFrame:
    values = ("0.0001", "0.0002", "0.0004", "0.0008", "0.0016", "0.0032", "0.0064", "0.0128")
    runs = zip(values, accuracies, losses, strict=True)
    return frame(*(seeds(f"lenet5__learning_rate={v}", a, loss, order=i % 4) for i, (v, a, loss) in enumerate(runs)))
