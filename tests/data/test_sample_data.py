"""The small sample in tests/sample, and the checksums of both sets."""

from pathlib import Path

import numpy as np
import pytest
from builders import SAMPLE
from source_builders import ROOT, contents, is_sample, load_script, sample_bytes

from fmnist.data import fashion_mnist as data_files
from fmnist.data import idx

pytestmark = pytest.mark.usefixtures("no_source")


def test_sample_is_stratified_small_and_known() -> None:
    arrays = idx.parse_files(data_files.read_folder(SAMPLE, data_files.CHECKSUMS["sample"]))
    assert np.bincount(arrays["train_labels"]).tolist() == [150] * 10
    assert np.bincount(arrays["test_labels"]).tolist() == [75] * 10
    assert sum(len(sample_bytes(f"{name}.gz")) for name in data_files.FILES) < 1_000_000


def test_sample_holds_no_name_and_no_date() -> None:
    for name in data_files.FILES:
        flags, modified = sample_bytes(f"{name}.gz")[3], sample_bytes(f"{name}.gz")[4:8]
        assert (flags, modified) == (0, bytes(4))


def test_make_sample_takes_the_first_of_each_class_and_repeats(tmp_path: Path, own_folder: Path) -> None:
    make_sample = load_script(SAMPLE / "make_sample.py")
    for output in (tmp_path / "one", tmp_path / "two"):
        output.mkdir()
        make_sample.main(own_folder, output)  # the sample of the sample is the sample
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert is_sample(data_files.read_folder(tmp_path / "one", data_files.CHECKSUMS["sample"]))
    labels = np.array([1, 0, 1, 1, 0, 0], np.uint8)
    assert make_sample.first_of_each_class(labels, 2).tolist() == [0, 1, 2, 4]


def test_full_set_has_the_published_checksums() -> None:
    fresh = load_script(ROOT / "fmnist" / "data_files.py")  # the fixture replaced the table
    assert [fresh.CHECKSUMS["fashion_mnist"][name][:8] for name in fresh.FILES] == [
        "c59f468a",
        "bad3541b",
        "5b4141f0",
        "0402a96d",
    ]
    with pytest.raises(TypeError):
        fresh.CHECKSUMS["fashion_mnist"]["train-images-idx3-ubyte"] = ""
