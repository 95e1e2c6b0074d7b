"""The data rule's script: arrays, checksums, and what it leaves behind."""

import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from builders import SAMPLE
from source_builders import ROOT, contents, load_script, no_network, sample_bytes, serve

from fmnist.data import fashion_mnist as data_files
from fmnist.training import dataset

pytestmark = pytest.mark.usefixtures("no_source")


def job(prepared: Path, folder: Path | None, checksums: str = "sample") -> SimpleNamespace:
    return SimpleNamespace(
        input=SimpleNamespace(),
        output=SimpleNamespace(arrays=str(prepared / "data.npz"), checksum=str(prepared / "data.sha256")),
        params=SimpleNamespace(folder=None if folder is None else str(folder), checksums=checksums),
        log=[],
    )


@pytest.fixture
def main() -> Callable[[SimpleNamespace], None]:
    script = load_script(ROOT / "workflow" / "scripts" / "prepare_data.py")
    run: Callable[[SimpleNamespace], None] = script.main
    return run


def test_script_prepares_what_load_dataset_reads(main: Callable[[SimpleNamespace], None], tmp_path: Path) -> None:
    main(job(tmp_path, SAMPLE))
    data = dataset.load_dataset(tmp_path / "data.npz")
    assert data.train_images.shape == (1500, 1, 28, 28)
    assert data.test_images.shape == (750, 1, 28, 28)
    assert data.train_images.dtype == torch.float32
    assert data.train_images.min() == 0.0
    assert data.train_images.max() == 1.0
    assert data.test_labels.dtype == torch.int64
    assert data.train_labels[:5].tolist() == [9, 0, 0, 3, 0]  # the published first labels
    assert data.test_labels[:5].tolist() == [9, 2, 1, 1, 6]


def test_script_writes_the_same_bytes_twice(main: Callable[[SimpleNamespace], None], tmp_path: Path) -> None:
    main(job(tmp_path / "one", SAMPLE))
    main(job(tmp_path / "two", SAMPLE))
    assert sorted(contents(tmp_path / "one")) == ["data.npz", "data.sha256"]
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_checksum_file_is_in_the_format_of_sha256sum(main: Callable[[SimpleNamespace], None], tmp_path: Path) -> None:
    main(job(tmp_path, SAMPLE))
    lines = [line.split("  ") for line in (tmp_path / "data.sha256").read_text().splitlines()]
    assert [name for _, name in lines] == sorted(data_files.FILES)
    assert {name: checksum for checksum, name in lines} == dict(data_files.CHECKSUMS["sample"])


def test_script_keeps_downloads_until_the_data_is_prepared(
    main: Callable[[SimpleNamespace], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(monkeypatch, sample_bytes)
    with monkeypatch.context() as patch:
        patch.setattr(dataset, "save_arrays", _disk_full)
        with pytest.raises(OSError, match="No space"):
            main(job(tmp_path / "out", None, "fashion_mnist"))
    assert sorted(contents_of_files(tmp_path / "out")) == []
    assert len(contents(tmp_path / "out" / "raw")) == 4

    monkeypatch.setattr(urllib.request, "urlopen", no_network)
    main(job(tmp_path / "out", None, "fashion_mnist"))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["data.npz", "data.sha256"]


def _disk_full(path: Path, arrays: object) -> None:
    path.write_bytes(b"half")
    raise OSError("No space left on device")


def contents_of_files(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.is_file()]


def test_script_keeps_what_was_set_aside(
    main: Callable[[SimpleNamespace], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(monkeypatch, sample_bytes)
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "t10k-labels-idx1-ubyte.gz").write_bytes(b"half")
    main(job(tmp_path, None, "fashion_mnist"))
    assert [path.name for path in raw.iterdir()] == ["t10k-labels-idx1-ubyte.gz.wrong"]


def test_script_leaves_the_users_folder_alone(
    main: Callable[[SimpleNamespace], None], own_folder: Path, tmp_path: Path
) -> None:
    before = contents(own_folder)
    main(job(tmp_path / "out", own_folder))
    assert contents(own_folder) == before
