"""The sets that a config can name: their records, and folders of anybody's own files."""

import gzip
import hashlib
import importlib
import sys
from pathlib import Path

import numpy as np
import pytest
from builders import SAMPLE

from fmnist.common.errors import ConfigError, DataError
from fmnist.common.validation import checked
from fmnist.data.datasets import CLASS_NAMES, DATASETS, FILES
from fmnist.data.files import checksums_of, data_hash, image_set, read_folder
from fmnist.data.idx import parse_files
from fmnist.data.sources import obtain
from fmnist.plan.config import DataConfig


def idx(array: np.ndarray) -> bytes:
    return bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape) + array.tobytes()


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder with 30 images of a person's own, plain files and archives mixed."""
    labels = np.arange(30, dtype=np.uint8) % 10
    images = np.repeat(labels, 784).reshape(30, 28, 28)
    for name, array in zip(FILES, (images, labels, images[:10], labels[:10]), strict=True):
        path, content = tmp_path / "own" / name, idx(array)
        path.parent.mkdir(exist_ok=True)
        if "train" in name:
            path.with_name(f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            path.write_bytes(content)
    return tmp_path / "own"


def test_every_set_has_ten_classes_and_four_checksums() -> None:
    for one in DATASETS.values():
        assert len(set(one.classes)) == 10
        assert {file.removesuffix(".gz") for file in one.checksums or {}} == set(FILES)
        assert all(len(checksum) == 64 for checksum in (one.checksums or {}).values())


@pytest.mark.slow
def test_torchvision_has_the_same_classes_and_knows_where_the_files_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "torchvision.datasets")  # the stand-in
    datasets = importlib.import_module("torchvision.datasets")
    for name in ("fashion_mnist", "kmnist", "mnist"):
        one = DATASETS[name]
        published = getattr(datasets, one.torchvision or "")
        assert [title.split(" - ")[0] for title in published.classes] == list(one.classes)
        assert {file for file, _ in published.resources} == {f"{file}.gz" for file in FILES}


def test_an_archive_is_taken_by_its_own_checksum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archives = {f"{name}.gz": hashlib.sha256((SAMPLE / f"{name}.gz").read_bytes()).hexdigest() for name in FILES}
    monkeypatch.setitem(DATASETS, "kmnist", DATASETS["kmnist"]._replace(checksums=archives))
    found = obtain(SAMPLE, "kmnist", tmp_path)
    assert found == read_folder(SAMPLE, DATASETS["sample"].checksums)
    assert len(data_hash("kmnist")) == 64
    monkeypatch.setitem(DATASETS, "kmnist", DATASETS["kmnist"]._replace(checksums=dict.fromkeys(archives, "0" * 64)))
    with pytest.raises(
        DataError, match=r"no source has the files of Kuzushiji-MNIST(.|\n)*data.folder: (.|\n)*SHA-256"
    ):
        obtain(SAMPLE, "kmnist", tmp_path)


def test_a_folder_of_ones_own_is_read_as_it_is(own: Path, tmp_path: Path) -> None:
    found = obtain(None, str(own), tmp_path)
    assert parse_files(found)["train_images"].shape == (30, 28, 28)
    assert image_set(str(own)) == ("own", tuple("0123456789"), 30, None, None)
    assert checksums_of(str(own)) == {name: hashlib.sha256(content).hexdigest() for name, content in found.items()}


def test_a_folder_can_name_its_classes(own: Path) -> None:
    (own / "classes.txt").write_text("\n".join(CLASS_NAMES), encoding="utf-8")
    assert image_set(str(own)).classes == CLASS_NAMES


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda own: (own / "train-images-idx3-ubyte.gz").unlink(), "lacks train-images-idx3-ubyte"),
        (lambda own: (own / "train-images-idx3-ubyte.gz").write_bytes(b"no"), "cannot be read"),
        (lambda own: (own / "classes.txt").write_text("one\ntwo\n"), "has 2 lines; expected ten different names"),
        (lambda own: own.rename(own.with_name("gone")), "which is no folder"),
    ],
)
def test_a_fault_in_a_folder_of_ones_own_is_one_sentence(own: Path, spoil: "object", message: str) -> None:
    spoil(own)  # type: ignore[operator]
    with pytest.raises(DataError, match=rf"{message}.*\.$"):
        image_set(str(own))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"dataset": "fashion_mnst"}, r"data.dataset is 'fashion_mnst' \(text\); expected one of fashion_mnist, mnist"),
        ({"dataset": "a/b", "folder": "c"}, "folder is given and dataset is a folder; expected one of them"),
    ],
)
def test_a_wrong_set_in_a_config_is_one_sentence(data: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        checked(DataConfig, data, "config.yaml", ["data"])
