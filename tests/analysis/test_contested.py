"""Contested images: counted network by network, and drawn in the order of the table."""

import io

import numpy as np
import pytest
from PIL import Image

from fmnist.analysis.contested import ACROSS, contested_table, fewest_wrong, picture
from fmnist.data.datasets import CLASS_NAMES

LABELS = np.array([0, 6, 6, 9], dtype=np.uint8)
NETWORKS = [np.array(row, dtype=np.uint8) for row in ([0, 6, 0, 9], [0, 0, 0, 7], [0, 6, 2, 9])]


def test_a_row_counts_the_networks_that_are_wrong_and_what_they_say() -> None:
    table = contested_table(NETWORKS, LABELS, CLASS_NAMES)
    assert table["image"].tolist() == [2, 1, 3]  # by class and error; all networks recognise image 0
    assert table["wrong"].tolist() == [3, 1, 1]
    first = table.iloc[0]
    assert (first["true_class"], first["commonest"], first["commonest_networks"]) == ("Shirt", "T-shirt/top", 2)
    assert (first["Pullover"], first["Shirt"]) == (1, 0)
    assert (table[list(CLASS_NAMES)].sum(axis=1) == len(NETWORKS)).all()
    assert (table["networks"] == len(NETWORKS)).all()


def test_no_more_images_are_kept_than_asked_for_and_ties_stay_together() -> None:
    assert contested_table(NETWORKS, LABELS, CLASS_NAMES, most=2)["image"].tolist() == [2]
    assert fewest_wrong(np.array([3, 0, 1, 1]), most=3) == 1
    assert fewest_wrong(np.array([3, 0, 1, 1]), most=2) == 2


def test_runs_without_predictions_leave_no_contested_image() -> None:
    assert contested_table([], LABELS, CLASS_NAMES).empty


def test_the_picture_holds_the_images_in_their_order_as_deterministic_bytes() -> None:
    images = np.zeros((4, 28, 28), dtype=np.uint8)
    images[3], images[1] = 255, 17
    content = picture(images, [3, 1] * ACROSS)
    assert content == picture(images, [3, 1] * ACROSS)
    drawn = np.asarray(Image.open(io.BytesIO(content)).convert("L"))
    assert drawn.shape == (2 * 28, ACROSS * 28)
    assert (drawn[:28, :28] == 255).all()
    assert (drawn[:28, 28:56] == 17).all()


@pytest.mark.parametrize("numbers", [[], [0]])
def test_few_images_make_a_picture_too(numbers: list[int]) -> None:
    assert Image.open(io.BytesIO(picture(np.zeros((1, 28, 28), np.uint8), numbers))).size == (ACROSS * 28, 28)
