"""What do the networks get wrong? A confusion matrix whose cells open the test images behind them, as HTML."""

import base64
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import numpy as np
import pandas as pd

from fmnist.analysis.contested import ACROSS, COLUMNS, TEXTS
from fmnist.analysis.statistics import Array
from fmnist.analysis.tables import read_table
from fmnist.common.wording import counted
from fmnist.report.gallery_style import STYLE

MOST_IMAGES = 30  # behind one cell
Anchors = Mapping[tuple[str, str], str]  # ids of popovers, by true and predicted class
FEWEST_SHARE = 0.05  # of the networks take an image for a class, or it is not behind the cell


def read_contested(path: Path) -> pd.DataFrame:
    """Read a contested.csv."""
    return read_table(path, TEXTS)


def gallery_css(sprite: bytes, images: int) -> str:
    """Return the style for the page's head, with the picture of `images` contested images, a PNG, inside it."""
    rows = max(1, -(-images // ACROSS))
    picture = base64.b64encode(sprite).decode()
    sizes = f"--gal-across:{ACROSS};--gal-down:{rows};--gal-sprite:url(data:image/png;base64,{picture})"
    return f"{STYLE}.gal{{{sizes}}}\n"


def gallery_html(contested: pd.DataFrame, confusion: Mapping[str, Array]) -> str:
    """Return a fragment of the page: the matrix, the images behind its cells, those that no network gets.

    `contested` is contested.csv; `confusion` has images[seed, true class, predicted class] by run id. Empty where no
    network's predictions are known. The page needs `gallery_css` in its head.
    """
    if not confusion:
        return ""
    matrices = np.concatenate(list(confusion.values()))
    mean, networks = matrices.mean(axis=0), len(matrices)
    placed = contested.assign(place=np.arange(len(contested)))
    names = [str(name) for name in contested.columns[len(COLUMNS) :]]  # of the classes
    cells = {(true, taken): _behind(placed, true, taken) for true in names for taken in names}
    shown = {pair: images for pair, images in cells.items() if len(images)}
    anchors = {(true, taken): f"gal-{names.index(true)}-{names.index(taken)}" for true, taken in shown}
    parts = [
        _matrix(names, mean, networks, anchors, _contested(contested, networks)),
        *(_popover(pair, anchors[pair], images, networks) for pair, images in shown.items()),
        _never(placed[placed["wrong"] == networks], networks, names),
    ]
    return "\n".join(['<div class="gal" id="gallery">', *parts, "</div>", ""])


def _behind(placed: pd.DataFrame, true: str, taken: str) -> pd.DataFrame:
    """Return the images of a class that enough networks take for another, the most of them first."""
    if true == taken:
        return placed[:0]
    enough = (placed["true_class"] == true) & (placed[taken] >= FEWEST_SHARE * placed["networks"]) & (placed[taken] > 0)
    return placed[enough].sort_values(taken, ascending=False, kind="stable")


def _contested(contested: pd.DataFrame, networks: int) -> str:
    """Say which images are contested; nothing where there is none."""
    if contested.empty:
        return ""
    images = counted(len(contested), "test image")
    return f"Contested are the {images} that at least {contested['wrong'].min()} of {networks} networks get wrong. "


def _matrix(names: Sequence[str], mean: Array, networks: int, anchors: Anchors, contested: str) -> str:
    heads = "".join(f'<th scope="col"><span>{escape(name)}</span></th>' for name in names)
    rows = "\n".join(_row(names, true, numbers, anchors) for true, numbers in zip(names, mean, strict=True))
    sizes = sorted({round(images) for images in mean.sum(axis=1)})
    caption = (
        f"Which class is taken for which: the mean of {counted(networks, 'trained network')}, "
        f"in images of {' to '.join(map(str, sizes[:: max(1, len(sizes) - 1)]))} a class. "
        f"A row is the true class, a column the predicted one. {contested}"
        "An underlined number opens those behind it."
    )
    return (
        f'<table class="gal-matrix"><caption>{caption}</caption>\n'
        f'<thead><tr><th scope="col">true class</th>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody></table>'
    )


def _row(names: Sequence[str], true: str, numbers: Array, anchors: Anchors) -> str:
    cells = [
        _cell(true, taken, number, numbers.sum(), anchors.get((true, taken)))
        for taken, number in zip(names, numbers, strict=True)
    ]
    return f'<tr><th scope="row">{escape(true)}</th>{"".join(cells)}</tr>'


def _cell(true: str, taken: str, number: float, images: float, anchor: str | None) -> str:
    text = _rounded(number)
    if true == taken:
        return f'<td class="gal-right">{text}</td>'
    # The root, since most errors are rare: 1 % is still to be seen beside 20 %.
    tint = round(100 * float(np.sqrt(number / max(images, 1))))
    if anchor:
        name = escape(f"{text} images of {true} taken for {taken}: show them")
        text = f'<button type="button" popovertarget="{anchor}" aria-label="{name}">{text}</button>'
    return f'<td style="--gal-tint:{tint}%">{text}</td>'


def _rounded(number: float) -> str:
    """Write a mean count; what rounds to zero and is none is less than one."""
    return "&lt;1" if 0 < number < 0.5 else str(round(number))


def _popover(pair: tuple[str, str], anchor: str, images: pd.DataFrame, networks: int) -> str:
    true, taken = pair
    first = images[:MOST_IMAGES]
    how_many = counted(len(images), f"contested image of {true}", f"contested images of {true}")
    only = f"; the {len(first)} most frequent" if len(first) < len(images) else ""
    said = f"{how_many} that at least {100 * FEWEST_SHARE:.0f} % of the networks take for {taken}{only}."
    items = "".join(_item(image, place, count) for image, place, count in _columns(first, "image", "place", taken))
    return (
        f'<div class="gal-images" id="{anchor}" popover role="dialog" aria-labelledby="{anchor}-title">'
        f'<p id="{anchor}-title"><strong>{escape(true)} taken for {escape(taken)}</strong></p>'
        f'<button type="button" popovertarget="{anchor}" popovertargetaction="hide">Close</button>'
        f"<p>{escape(said)} Under each: in how many of {networks} networks.</p><ul>{items}</ul></div>"
    )


def _columns(table: pd.DataFrame, *names: str) -> Sequence[tuple[int, ...]]:
    """Return the rows of these columns as tuples."""
    return list(zip(*(table[name].tolist() for name in names), strict=True))


def _item(image: int, place: int, count: int) -> str:
    return f"<li>{_tile(image, place)}{count}</li>"


def _tile(image: int, place: int) -> str:
    down, across = divmod(place, ACROSS)
    return f'<i role="img" aria-label="Test image {image}" style="--x:{across};--y:{down}"></i>'


def _never(images: pd.DataFrame, networks: int, names: list[str]) -> str:
    """Return the gallery of the images that every network gets wrong."""
    if images.empty:
        return "<p>Every test image is recognised by at least one network.</p>"
    columns = _columns(images, "image", "place")
    items = "".join(
        f"<li>{_tile(image, place)}<b>{escape(true)}</b> {escape(_said(row[names]))}</li>"
        for (image, place), true, (_, row) in zip(columns, images["true_class"], images.iterrows(), strict=True)
    )
    how_many = counted(len(images), "test image")
    caption = f"{how_many} that none of {networks} networks recognises: the label, and what the networks say instead."
    return f'<figure class="gal-never"><figcaption>{caption}</figcaption><ul>{items}</ul></figure>'


def _said(row: pd.Series) -> str:
    """Name the classes that an image is taken for, the commonest first: `Shirt 300, Coat 24`."""
    counts = row.astype(int)
    ranked = counts[counts > 0].sort_values(ascending=False, kind="stable")
    return ", ".join(f"{name} {count}" for name, count in ranked.items())
