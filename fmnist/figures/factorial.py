"""What each of several changes adds, alone and together: Shapley's values, main effects and interactions."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from fmnist.common.wording import setting
from fmnist.figures.style import FIRST, OURS, PAGE_WIDTH, use_style

TITLES = {
    "shapley": "share of the whole gain",
    "main": "main effect",
    "interaction": "interaction",
}
COLOURS = {"shapley": FIRST, "main": OURS, "interaction": "0.35"}


def factorial_figure(table: pd.DataFrame) -> Figure:
    """Draw an effects table: one row an effect, a dot with its 95 % interval over the seeds, in points."""
    use_style()
    figure, axes = plt.subplots(figsize=(PAGE_WIDTH, 0.6 + 0.19 * (len(table) + 2)))
    place, names = 0.0, {}
    for kind, rows in table.groupby("kind", sort=False):
        for number, (_, row) in enumerate(rows.iterrows()):
            label = TITLES[str(kind)] if number == 0 else None
            axes.plot(row["effect"], place, "o", color=COLOURS[str(kind)], markersize=4.5, label=label)
            axes.hlines(place, row["lower"], row["upper"], color=COLOURS[str(kind)], linewidth=1.3)
            names[place] = " × ".join(map(setting, str(row["terms"]).split(" x ")))
            place += 1
        place += 0.6
    axes.axvline(0, color="0.3", linewidth=0.8)
    axes.set_yticks(list(names), list(names.values()))
    axes.set(ylim=(place - 0.6, -0.8), xlabel="effect on test accuracy (points)")
    axes.legend(loc="lower right")
    return figure
