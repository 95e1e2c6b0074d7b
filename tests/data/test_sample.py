"""The small sample in tests/sample, and the program that made it."""

from pathlib import Path

import numpy as np
from builders import SAMPLE
from sample import make_sample

from fmnist.data.datasets import DATASETS, FILES
from fmnist.data.files import read_folder
from fmnist.data.idx import parse_files


def test_the_sample_has_as_many_images_of_each_class_and_less_than_a_megabyte() -> None:
    arrays = parse_files(read_folder(SAMPLE, DATASETS["sample"].checksums))
    assert np.bincount(arrays["train_labels"]).tolist() == [150] * 10
    assert np.bincount(arrays["test_labels"]).tolist() == [75] * 10
    assert sum((SAMPLE / f"{name}.gz").stat().st_size for name in FILES) < 1_000_000


def test_make_sample_takes_the_first_of_each_class(tmp_path: Path, own_folder: Path) -> None:
    make_sample.main(own_folder, tmp_path)  # the sample of the sample is the sample
    assert read_folder(tmp_path, DATASETS["sample"].checksums) == read_folder(SAMPLE, DATASETS["sample"].checksums)
    labels = np.array([1, 0, 1, 1, 0, 0], np.uint8)
    assert make_sample.first_of_each_class(labels, 2).tolist() == [0, 1, 2, 4]
