"""The data stage: every source, every fault, without a network."""

import gzip
import hashlib
import importlib.util
import io
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from fmnist import data_files, dataset, idx, sources
from fmnist.errors import DataError

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "tests" / "data"
MIRROR = "https://mirror.invalid/"


@pytest.fixture(autouse=True)
def _nothing_but_what_a_test_sets_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The sample plays the full set; no package is installed, no mirror answers, PATH is empty."""
    table = {**data_files.CHECKSUMS, "fashion_mnist": data_files.CHECKSUMS["sample"]}
    for module in (data_files, sources):
        monkeypatch.setattr(module, "CHECKSUMS", table)
    monkeypatch.setattr(sources, "DEBIAN_FOLDER", Path("/nowhere/fashion-mnist"))
    monkeypatch.setattr(sources, "_mirrors", lambda: [MIRROR])
    monkeypatch.setattr(urllib.request, "urlopen", _no_network)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))


def _no_network(url: str, timeout: float) -> io.BytesIO:
    raise urllib.error.URLError("no network")


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    return tmp_path / "prepared" / "raw"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A user's folder with the four files."""
    copy = tmp_path / "mine"
    copy.mkdir()
    for name in data_files.FILES:
        shutil.copy(SAMPLE / f"{name}.gz", copy)
    return copy


def serve(monkeypatch: pytest.MonkeyPatch, answers: Callable[[str], bytes]) -> list[str]:
    """Let the mirrors answer with `answers(file name)`; returns the list of what was asked for."""
    asked: list[str] = []

    def urlopen(url: str, timeout: float) -> io.BytesIO:
        assert timeout > 0
        asked.append(url)
        return io.BytesIO(answers(url.rsplit("/", 1)[1]))

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    return asked


def sample_bytes(file_name: str) -> bytes:
    return (SAMPLE / file_name).read_bytes()


def programs(tmp_path: Path, unpack: str, download: str = ': > "$2_0_all.deb"') -> None:
    """Put stand-ins for apt-get and dpkg-deb on the PATH; `unpack` fills the folder $data."""
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    start = "#!/bin/sh\nset -e\nPATH=/usr/bin:/bin\n"
    (bin_folder / "apt-get").write_text(f"{start}{download}\n")
    (bin_folder / "dpkg-deb").write_text(
        f'{start}test -f "$2"\ndata="$3/nowhere/fashion-mnist"\nmkdir -p "$data"\n{unpack}\n'
    )
    for program in bin_folder.iterdir():
        program.chmod(0o755)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def is_sample(files: dict[str, bytes]) -> bool:
    return {n: hashlib.sha256(c).hexdigest() for n, c in files.items()} == dict(data_files.CHECKSUMS["sample"])


# The sample ------------------------------------------------------------------------------


def test_sample_is_stratified_small_and_known() -> None:
    arrays = idx.parse_files(data_files.read_folder(SAMPLE, data_files.CHECKSUMS["sample"]))
    assert np.bincount(arrays["train_labels"]).tolist() == [150] * 10
    assert np.bincount(arrays["test_labels"]).tolist() == [75] * 10
    assert sum(len(sample_bytes(f"{name}.gz")) for name in data_files.FILES) < 1_000_000


def test_sample_holds_no_name_and_no_date() -> None:
    for name in data_files.FILES:
        flags, modified = sample_bytes(f"{name}.gz")[3], sample_bytes(f"{name}.gz")[4:8]
        assert (flags, modified) == (0, bytes(4))


def test_make_sample_takes_the_first_of_each_class_and_repeats(tmp_path: Path, folder: Path) -> None:
    make_sample = load_script(SAMPLE / "make_sample.py")
    for output in (tmp_path / "one", tmp_path / "two"):
        output.mkdir()
        make_sample.main(folder, output)  # the sample of the sample is the sample
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


# The user's folder -----------------------------------------------------------------------


@pytest.mark.parametrize("plain", [True, False], ids=["plain", "gz"])
def test_folder_holds_the_files_plain_or_compressed(folder: Path, raw: Path, plain: bool) -> None:
    if plain:
        for path in list(folder.iterdir()):
            path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
            path.unlink()
    assert is_sample(sources.obtain(folder, "sample", raw))
    assert not raw.exists()


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def _no_gzip(path: Path) -> None:
    path.write_bytes(b"<html>Please log in</html>")


def _damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _other_content(path: Path) -> None:
    path.write_bytes(gzip.compress(b"something else"))


def _trailing(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"more")


def _double(path: Path) -> None:
    path.write_bytes(path.read_bytes() * 2)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_cut, "is cut: the gzip ends too early"),
        (_no_gzip, "is not a whole gzip file"),
        (_damage, "is not"),
        (_empty, "is not the expected file"),
        (_other_content, "is not the expected file"),
        (_trailing, "is not a whole gzip file"),
        (_double, "is not the expected file"),
        (Path.unlink, "lacks train-images-idx3-ubyte"),
    ],
)
def test_a_wrong_file_of_the_user_is_named_and_left_alone(
    folder: Path, raw: Path, spoil: Callable[[Path], None], message: str
) -> None:
    spoil(folder / "train-images-idx3-ubyte.gz")
    before = contents(folder)
    with pytest.raises(DataError, match=message) as error:
        sources.obtain(folder, "sample", raw)
    assert "train-images-idx3-ubyte" in str(error.value)
    assert contents(folder) == before
    assert not raw.exists()


def test_a_huge_gzip_is_not_unpacked_whole(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_files, "LARGEST_FILE", 1000)
    path = folder / "train-images-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(bytes(10_000)))
    first = hashlib.sha256(bytes(1001)).hexdigest()[:16]
    with pytest.raises(DataError, match=f"SHA-256 {first}"):
        data_files.read_verified(path, "0" * 64)


def test_a_file_that_cannot_be_read_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read: No such file"):
        data_files.read_verified(tmp_path / "absent", "0" * 64)


def test_the_files_of_the_other_set_are_recognised(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_files, "CHECKSUMS", {"sample": data_files.CHECKSUMS["sample"]})
    with pytest.raises(DataError, match=r"it is a file of data\.checksums: sample"):
        data_files.read_folder(folder, dict.fromkeys(data_files.FILES, "0" * 64))


def test_the_download_folder_cannot_be_the_users_folder(raw: Path) -> None:
    raw.mkdir(parents=True)
    with pytest.raises(DataError, match="the pipeline's own download folder"):
        sources.obtain(raw.parent / ".." / "prepared" / "raw", "sample", raw)


def test_an_unknown_set_of_checksums_is_refused(folder: Path, raw: Path) -> None:
    with pytest.raises(DataError, match="'mnist'; allowed: fashion_mnist, sample"):
        sources.obtain(folder, "mnist", raw)


# The order of the sources ----------------------------------------------------------------


def everything_works(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: Path) -> list[str]:
    """Install the package, let the mirrors answer and apt-get work; returns what was asked for."""
    installed = tmp_path / "installed"
    shutil.copytree(folder, installed)
    monkeypatch.setattr(sources, "DEBIAN_FOLDER", installed)
    return serve(monkeypatch, sample_bytes)


def test_the_config_comes_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: Path, raw: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = everything_works(monkeypatch, tmp_path, folder)
    assert is_sample(sources.obtain(folder, "fashion_mnist", raw))
    assert capsys.readouterr().err == "Data: from data.folder; every checksum is right.\n"
    assert asked == []


def test_the_installed_package_comes_second_and_a_wrong_folder_is_reported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: Path, raw: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = everything_works(monkeypatch, tmp_path, folder)
    _cut(folder / "t10k-labels-idx1-ubyte.gz")
    before = contents(folder)
    assert is_sample(sources.obtain(folder, "fashion_mnist", raw))
    said = capsys.readouterr().err
    assert f"Data: not from data.folder: {folder / 't10k-labels-idx1-ubyte.gz'} is cut" in said
    assert "Data: from Debian's dataset-fashion-mnist, installed" in said
    assert contents(folder) == before
    assert asked == []


def test_the_mirrors_come_third_and_the_installed_files_are_left_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: Path, raw: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = everything_works(monkeypatch, tmp_path, folder)
    _other_content(tmp_path / "installed" / "t10k-labels-idx1-ubyte.gz")
    before = contents(tmp_path / "installed")
    assert is_sample(sources.obtain(None, "fashion_mnist", raw))
    assert "Data: from torchvision's mirrors" in capsys.readouterr().err
    assert contents(tmp_path / "installed") == before
    assert asked == [f"{MIRROR}{name}.gz" for name in data_files.FILES]


def test_the_downloaded_package_comes_last(tmp_path: Path, raw: Path, capsys: pytest.CaptureFixture[str]) -> None:
    programs(tmp_path, unpack=f'cp "{SAMPLE}"/*.gz "$data"')
    assert is_sample(sources.obtain(None, "fashion_mnist", raw))
    assert "Data: from Debian's dataset-fashion-mnist, downloaded" in capsys.readouterr().err
    assert sorted(contents(raw)) == sorted(f"{name}.gz" for name in data_files.FILES)


def test_no_source_lists_each_with_its_reason_and_the_remedy(tmp_path: Path, raw: Path) -> None:
    with pytest.raises(DataError) as error:
        sources.obtain(tmp_path / "absent", "fashion_mnist", raw)
    lines = str(error.value).splitlines()
    assert len(lines) == 6
    assert lines[1] == f"  data.folder: {tmp_path / 'absent'} is not a folder that can be read"
    assert "installed: the package is not installed" in lines[2]
    assert "mirrors" in lines[3]
    assert "no network" in lines[3]
    assert lines[4].endswith("downloaded: apt-get is not on this machine")
    assert all(f"{name}.gz" in lines[5] for name in data_files.FILES)
    assert "config.yaml as data.folder" in lines[5]


def test_the_sample_is_never_looked_for_on_the_network(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: Path, raw: Path
) -> None:
    asked = everything_works(monkeypatch, tmp_path, folder)
    with pytest.raises(DataError, match=r"set data\.folder to tests/data"):
        sources.obtain(None, "sample", raw)
    assert asked == []


# Mirrors ---------------------------------------------------------------------------------


def test_a_wrong_download_is_kept_aside_and_the_next_source_tried(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, raw: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    serve(monkeypatch, lambda _: b"<html>Please log in</html>")
    programs(tmp_path, unpack=f'cp "{SAMPLE}"/*.gz "$data"')
    assert is_sample(sources.obtain(None, "fashion_mnist", raw))
    assert (raw / "train-images-idx3-ubyte.gz.wrong").read_bytes() == b"<html>Please log in</html>"
    assert "(kept as train-images-idx3-ubyte.gz.wrong)" in capsys.readouterr().err


def test_a_cut_download_is_kept_aside_and_the_next_mirror_tried(monkeypatch: pytest.MonkeyPatch, raw: Path) -> None:
    monkeypatch.setattr(sources, "_mirrors", lambda: ["http://first.invalid/", MIRROR])
    bodies = iter([sample_bytes("train-images-idx3-ubyte.gz")[:1000]])
    asked = serve(monkeypatch, lambda name: next(bodies, sample_bytes(name)))
    assert is_sample(sources.from_mirrors(sources.Request(None, data_files.CHECKSUMS["sample"], raw)))
    assert asked[:2] == [f"{mirror}train-images-idx3-ubyte.gz" for mirror in ("http://first.invalid/", MIRROR)]
    assert len((raw / "train-images-idx3-ubyte.gz.wrong").read_bytes()) == 1000


class _Dropped(io.BytesIO):
    """A connection that gives some bytes and then breaks."""

    def read(self, size: int | None = -1, /) -> bytes:
        if piece := super().read(size):
            return piece
        raise ConnectionResetError("the connection was reset")


def test_a_half_written_download_leaves_nothing(monkeypatch: pytest.MonkeyPatch, raw: Path) -> None:
    monkeypatch.setattr(urllib.request, "urlopen", lambda url, timeout: _Dropped(b"half"))
    with pytest.raises(DataError, match="the connection was reset"):
        sources.from_mirrors(sources.Request(None, data_files.CHECKSUMS["sample"], raw))
    assert contents(raw) == {}


@pytest.mark.parametrize(("limit", "message"), [("LARGEST_FILE", "longer than any"), ("DOWNLOAD_LIMIT", "more than")])
def test_an_endless_download_is_given_up(monkeypatch: pytest.MonkeyPatch, raw: Path, limit: str, message: str) -> None:
    serve(monkeypatch, sample_bytes)
    monkeypatch.setattr(sources, limit, -1)
    with pytest.raises(DataError, match=message):
        sources.from_mirrors(sources.Request(None, data_files.CHECKSUMS["sample"], raw))
    assert contents(raw) == {}


def test_what_an_earlier_session_downloaded_is_used_again(monkeypatch: pytest.MonkeyPatch, raw: Path) -> None:
    asked = serve(monkeypatch, sample_bytes)
    raw.mkdir(parents=True)
    shutil.copy(SAMPLE / "train-images-idx3-ubyte.gz", raw)
    (raw / "train-labels-idx1-ubyte.gz").write_bytes(b"half")
    assert is_sample(sources.from_mirrors(sources.Request(None, data_files.CHECKSUMS["sample"], raw)))
    assert asked == [f"{MIRROR}{name}.gz" for name in data_files.FILES[1:]]
    assert (raw / "train-labels-idx1-ubyte.gz.wrong").read_bytes() == b"half"


def test_only_web_addresses_are_downloaded(monkeypatch: pytest.MonkeyPatch, raw: Path) -> None:
    monkeypatch.setattr(sources, "_mirrors", lambda: ["file:///etc/"])
    asked = serve(monkeypatch, sample_bytes)
    with pytest.raises(DataError, match="is not a web address"):
        sources.from_mirrors(sources.Request(None, data_files.CHECKSUMS["sample"], raw))
    assert asked == []


def test_the_mirrors_are_torchvisions(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = load_script(ROOT / "fmnist" / "sources.py")
    datasets = SimpleNamespace(FashionMNIST=SimpleNamespace(mirrors=["http://a.invalid", "http://b.invalid/"]))
    monkeypatch.setitem(sys.modules, "torchvision", SimpleNamespace(datasets=datasets))
    monkeypatch.setitem(sys.modules, "torchvision.datasets", datasets)
    assert fresh._mirrors() == ["http://a.invalid/", "http://b.invalid/"]
    monkeypatch.setitem(sys.modules, "torchvision.datasets", None)
    with pytest.raises(DataError, match="torchvision cannot be imported"):
        fresh._mirrors()


# Debian's package ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("download", "unpack", "message"),
    [
        ("echo 'E: Unable to locate it' >&2; echo 'W: a warning' >&2; exit 100", "", "apt-get failed: E: Unable to"),
        ("exit 7", "", "apt-get failed: exit status 7"),
        ("true", "", "apt-get left 0 packages"),
        (': > "$2_0_all.deb"', "exit 2", "dpkg-deb failed: exit status 2"),
        (': > "$2_0_all.deb"', "true", "no regular file train-images"),
        (': > "$2_0_all.deb"', f'ln -s "{SAMPLE}"/*.gz "$data"', "no regular file train-images"),
        (': > "$2_0_all.deb"', f'rmdir "$data"; ln -s "{SAMPLE}" "$data"', "no regular file train-images"),
    ],
    ids=["apt-get fails", "silently", "no package", "dpkg-deb fails", "no file", "a link", "a linked folder"],
)
def test_a_package_that_does_not_serve(tmp_path: Path, raw: Path, download: str, unpack: str, message: str) -> None:
    programs(tmp_path, unpack, download)
    with pytest.raises(DataError, match=message):
        sources.from_downloaded_package(sources.Request(None, data_files.CHECKSUMS["sample"], raw))
    assert not raw.exists()


def test_a_wrong_file_of_the_package_is_kept_aside(tmp_path: Path, raw: Path) -> None:
    programs(tmp_path, f'cp "{SAMPLE}"/*.gz "$data"; echo no > "$data/t10k-labels-idx1-ubyte.gz"')
    with pytest.raises(DataError, match=r"\(kept as t10k-labels-idx1-ubyte.gz.wrong\)"):
        sources.from_downloaded_package(sources.Request(None, data_files.CHECKSUMS["sample"], raw))
    assert (raw / "t10k-labels-idx1-ubyte.gz.wrong").read_bytes() == b"no\n"


def test_a_program_that_hangs_is_given_up(tmp_path: Path, raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hangs(command: list[str], timeout: float, **_: object) -> None:
        raise subprocess.TimeoutExpired(command, timeout)

    programs(tmp_path, unpack="")
    monkeypatch.setattr(subprocess, "run", hangs)
    with pytest.raises(DataError, match="apt-get took more than 900 seconds"):
        sources.from_downloaded_package(sources.Request(None, data_files.CHECKSUMS["sample"], raw))


# The rule's script -----------------------------------------------------------------------


def load_script(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"loaded_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # A dataclass looks its module up while it is being made.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


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

    monkeypatch.setattr(urllib.request, "urlopen", _no_network)
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
    main: Callable[[SimpleNamespace], None], folder: Path, tmp_path: Path
) -> None:
    before = contents(folder)
    main(job(tmp_path / "out", folder))
    assert contents(folder) == before
