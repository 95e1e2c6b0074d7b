"""The gallery: every cell with contested images opens them, and each image names itself."""

import re

import numpy as np
import pytest

from fmnist.analysis.confusion import confusion_matrices, confusion_table
from fmnist.analysis.contested import contested_table
from fmnist.data.datasets import CLASS_NAMES
from fmnist.report.gallery import MOST_IMAGES, gallery_css, gallery_html

# Images 1 to 70 are shirts: one network takes all of them for T-shirts, two none. Nobody gets image 0.
LABELS = np.array([9, *[6] * 70], dtype=np.uint8)
RIGHT = np.array([7, *[6] * 70], dtype=np.uint8)
WRONG = np.array([7, *[0] * 70], dtype=np.uint8)
NETWORKS = [RIGHT, WRONG, RIGHT]


@pytest.fixture(scope="module")
def page() -> str:
    named = [("lenet5", seed, predicted) for seed, predicted in enumerate(NETWORKS)]
    table = contested_table(NETWORKS, LABELS, CLASS_NAMES)
    return gallery_html(table, confusion_matrices(confusion_table(named, LABELS, CLASS_NAMES), CLASS_NAMES))


def test_every_button_opens_a_popover_that_is_there_and_the_other_way_round(page: str) -> None:
    opened = set(re.findall(r'popovertarget="([^"]+)" aria-label', page))
    assert opened == set(re.findall(r'id="([^"]+)" popover', page)) == {"gal-6-0", "gal-9-7"}
    assert 'aria-label="23 images of Shirt taken for T-shirt/top: show them">23<' in page


def test_a_cell_shows_no_more_images_than_it_may_and_says_so(page: str) -> None:
    (shirts,) = re.findall(r'<div class="gal-images" id="gal-6-0".*?</div>', page)
    assert shirts.count("<li>") == MOST_IMAGES
    assert "70 contested images of Shirt that at least 5 % of the networks take for T-shirt/top; the 30 most" in shirts
    assert "Under each: in how many of 3 networks" in shirts
    assert shirts.count('aria-label="Test image ') == MOST_IMAGES


def test_an_image_that_no_network_gets_has_its_label_and_what_is_said_instead(page: str) -> None:
    (never,) = re.findall(r'<figure class="gal-never">.*?</figure>', page)
    assert "1 test image that none of 3 networks recognises" in never
    assert 'aria-label="Test image 0"' in never
    assert "<b>Ankle boot</b> Sneaker 3" in never


def test_each_tile_is_at_the_image_s_place_in_the_picture(page: str) -> None:
    places = dict(re.findall(r'aria-label="Test image (\d+)" style="(--x:\d+;--y:\d+)"', page))
    assert places["1"] == "--x:0;--y:0"
    assert places["30"] == "--x:29;--y:0"  # the 30th of the table
    assert places["0"] == "--x:20;--y:1"  # classes come in order: the boot is last


def test_the_style_holds_the_picture_and_how_many_rows_it_has() -> None:
    css = gallery_css(b"picture", 71)
    assert "--gal-across:50;--gal-down:2;--gal-sprite:url(data:image/png;base64,cGljdHVyZQ==)" in css


def test_nothing_is_fetched_and_nothing_runs(page: str) -> None:
    for text in (page, gallery_css(b"", 1)):
        assert "<script" not in text
        assert "http" not in text


def test_without_predictions_there_is_no_gallery() -> None:
    assert gallery_html(contested_table([], LABELS, CLASS_NAMES), {}) == ""
