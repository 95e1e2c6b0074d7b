"""The data rule's script: its arrays and checksums, and the downloads that it keeps until they are written."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from builders import SAMPLE, script
from source_builders import Mirror

from fmnist.data.datasets import DATASETS
from fmnist.training import dataset


def prepare(prepared: Path, folder: Path | None, checksums: str = "sample") -> None:
    output = SimpleNamespace(arrays=prepared / "data.npz", checksum=prepared / "data.sha256")
    script("prepare_data").main(
        SimpleNamespace(output=output, params=SimpleNamespace(folder=folder, dataset=checksums))
    )


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_arrays_are_the_images(tmp_path: Path) -> None:
    prepare(tmp_path, SAMPLE)
    data = dataset.load_dataset(tmp_path / "data.npz")
    assert data.train_images.shape == (1500, 1, 28, 28)
    assert data.test_images.shape == (750, 1, 28, 28)
    assert data.train_images.dtype == torch.float32
    assert (data.train_images.min(), data.train_images.max()) == (0.0, 1.0)
    assert data.test_labels.dtype == torch.int64
    assert data.train_labels[:5].tolist() == [9, 0, 0, 3, 0]  # the published first labels
    assert data.test_labels[:5].tolist() == [9, 2, 1, 1, 6]


def test_two_runs_write_the_same_bytes_and_nothing_else(tmp_path: Path) -> None:
    prepare(tmp_path / "one", SAMPLE)
    prepare(tmp_path / "two", SAMPLE)
    assert names(tmp_path / "one") == ["data.npz", "data.sha256"]
    for name in ("data.npz", "data.sha256"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    lines = [line.split("  ") for line in (tmp_path / "one/data.sha256").read_text().splitlines()]
    assert [(name, checksum) for checksum, name in lines] == sorted(DATASETS["sample"].checksums.items())


def test_downloads_are_kept_until_the_arrays_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mirror: Mirror
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(dataset, "save_arrays", _disk_full)
        with pytest.raises(OSError, match="No space"):
            prepare(tmp_path, None, "fashion_mnist")
    assert names(tmp_path) == ["raw"]
    assert len(names(tmp_path / "raw")) == 4
    prepare(tmp_path, None, "fashion_mnist")
    assert names(tmp_path) == ["data.npz", "data.sha256"]
    assert len(mirror.asked) == 4


def _disk_full(path: Path, arrays: object) -> None:
    path.write_bytes(b"half")
    raise OSError("No space left on device")
