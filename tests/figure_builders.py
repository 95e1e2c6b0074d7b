"""How to read in a figure."""

from matplotlib.axes import Axes


def points(axes: Axes, label: str) -> list[tuple[float, float]]:
    """Return the data of all lines and error bars of a label."""
    lines = [line for line in axes.lines if line.get_label() == label]
    bars = [container.lines[0] for container in axes.containers if container.get_label() == label]
    return [(float(x), float(y)) for line in (*lines, *bars) for x, y in zip(*line.get_data(), strict=True)]
