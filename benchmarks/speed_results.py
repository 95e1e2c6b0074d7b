"""The measurements as rows and as Markdown tables, and the conditions of the measurement."""

from importlib import metadata
from statistics import median
from typing import Any

import pandas as pd
from cases import CASES, EPOCH, case_config
from peers import CONTENDERS
from peers.floor import products_of
from rivals import Rival

from fmnist.runs.provenance import cpu_name

PACKAGES = ("torch", "torchvision", "lightning", "keras", "jax", "optax")
Row = dict[str, Any]


def rows_of(case: str, rivals: list[Rival]) -> list[Row]:
    """Return one row per contender: seconds per epoch, and the ratios to three yardsticks."""
    seconds = {rival.plan.contender: median(rival.epochs) for rival in rivals if rival.epochs}
    return [_row(case, rival, seconds) for rival in rivals]


def _row(case: str, rival: Rival, seconds: dict[str, float]) -> Row:
    name = rival.plan.contender
    row: Row = {"case": case, "contender": name, "steps": rival.steps, "rounds": len(rival.epochs)}
    row |= {"seconds_per_epoch": seconds.get(name), "fastest": None, "slowest": None, "problem": rival.problem}
    if rival.epochs:
        row |= {"fastest": min(rival.epochs), "slowest": max(rival.epochs)}
    own, original = seconds.get(name), seconds.get("original")
    row["times_faster_than_original"] = original / own if own and original else None
    for other in ("eager", "floor"):
        row[f"times_{other}"] = own / seconds[other] if own and other in seconds else None
    row["gigaflops"] = _operations(case) / own / 1e9 if own else None
    return row


def _operations(case: str) -> float:
    config = case_config(case)
    return sum(product.operations for product in products_of(config)) * EPOCH / config.batch_size


def conditions(core: int | None, data: str, rounds: int, seconds: float) -> str:
    """Describe the machine, the versions and the method of the measurement."""
    pinned = f"pinned to core {core}" if core is not None else "not pinned: this system cannot"
    return (
        f"{cpu_name()}, one thread, {pinned}. Data: {data}. {rounds} rounds of blocks of {seconds:g} s "
        f"(an epoch at most), alternating. Versions: {', '.join(map(_version, PACKAGES))}.\n"
    )


def _version(package: str) -> str:
    try:
        return f"{package} {metadata.version(package)}"
    except metadata.PackageNotFoundError:
        return f"{package} not installed"


HEAD = (
    "| {title} | s per epoch | fastest to slowest | times faster than the original | of eager | of the floor |\n"
    "|---|---:|---:|---:|---:|---:|"
)


def markdown(results: pd.DataFrame) -> str:
    """Return one table per case."""
    return "\n\n".join(_table(case, rows) for case, rows in results.groupby("case", sort=False))


def _table(case: Any, rows: pd.DataFrame) -> str:
    return "\n".join([HEAD.format(title=CASES[case][0]), *(_line(row) for row in rows.to_dict("records"))])


def _line(row: Any) -> str:
    title = CONTENDERS[row["contender"]].title
    if row["problem"]:
        return f"| {title} | {row['problem'].replace('|', '/')} | | | | |"
    spread = f"{row['fastest']:.2f} to {row['slowest']:.2f}"
    ratios = [row["times_faster_than_original"], row["times_eager"], row["times_floor"]]
    texts = ["" if pd.isna(ratio) else f"{ratio:.2f}" for ratio in ratios]
    return f"| {title} | {row['seconds_per_epoch']:.2f} | {spread} | {' | '.join(texts)} |"
