"""Figures as small SVG, which a page inlines on any paper."""

import re
from io import StringIO
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from scour import scour

from fmnist.common.files import write_text

INK = ("#000000", "#262626")  # matplotlib's black and seaborn's: on the page they follow its text
FAMILY = "'DejaVu Sans', sans-serif"
# The font of each text, a style that would apply to the whole page, and rotations by nothing.
NEEDLESS = re.compile(rf'font-family: {FAMILY}; |<style.*?</style>| transform="rotate\(-0 [^)]*\)"', re.DOTALL)


def save_svg(figure: Figure, path: Path, *, crop: bool = False) -> None:
    """Write a figure as SVG, atomically and without date or version, and close it.

    Text stays text, and nothing lies behind the drawing. `crop` fits the image to what is drawn.
    """
    metadata = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    box = "tight" if crop else None
    buffer = StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "path.simplify_threshold": 0.3}):
        figure.savefig(buffer, format="svg", metadata=metadata, bbox_inches=box, pad_inches=0.04, transparent=True)
    plt.close(figure)
    write_text(path, light_svg(buffer.getvalue(), path.stem))


def light_svg(svg: str, stem: str) -> str:
    """Return matplotlib's SVG without unused ids and groups, with short numbers, and black as the page's own colour.

    Ids start with `stem`, so that one page can hold many figures. The font is named once, on the root.
    """
    for ink in INK:
        svg = svg.replace(ink, "currentColor")
    svg = NEEDLESS.sub("", svg[svg.index("<svg") :])
    svg = re.sub(r' d="[^"]*"', lambda path: _rounded(path[0], 1), svg)  # a tenth of a point cannot be seen
    svg = re.sub(r'="[^"]*"', lambda value: _rounded(value[0], 2), svg)
    light: str = scour.scourString(svg, _options(stem))
    light = light.replace("xlink:href", "href")  # shorter, as SVG 2 allows
    return light.replace("<svg ", f'<svg font-family="{FAMILY}" ', 1).strip() + "\n"


def _rounded(text: str, places: int) -> str:
    """Round all numbers in a text, except whole ones."""
    return re.sub(r"-?\d+\.\d+", lambda number: f"{float(number[0]):.{places}f}".rstrip("0").rstrip("."), text)


def _options(stem: str) -> object:
    options = scour.sanitizeOptions()
    options.digits = 5
    options.strip_ids = options.shorten_ids = options.group_create = options.quiet = True
    options.shorten_ids_prefix = f"{stem}-"
    options.strip_comments = options.remove_metadata = options.strip_xml_prolog = True
    options.newlines, options.indent_type = False, "none"
    return options
