"""Where the four files of a set come from.

Files of every source must have the same SHA-256, so the source cannot change the results.
"""

import importlib
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import pooch  # type: ignore[import-untyped]

from fmnist.common.errors import DataError
from fmnist.common.files import atomic
from fmnist.data.datasets import DATASETS, FILES
from fmnist.data.files import LARGEST_FILE, read_folder

DEBIAN_PACKAGE = "dataset-fashion-mnist"
DEBIAN_FOLDER = Path("/usr/share/datasets/fashion-mnist")

SILENCE_LIMIT = 30  # seconds without a byte from a server
TIME_LIMIT = 900  # seconds for one file, or for the package


def obtain(folder: Path | None, dataset: str, raw: Path) -> dict[str, bytes]:
    """Return the four files, decompressed and verified, from the first source that has them.

    `folder` is the config's data.folder, `dataset` its data.dataset; downloads are kept in `raw`. A dataset that
    is a folder is the only source, and nobody knows its checksums.
    Reports each source that fails on stderr. Raises DataError with every reason where all fail.
    """
    if dataset not in DATASETS:
        return read_folder(Path(dataset), None)
    if folder is not None and folder.resolve().is_relative_to(raw.resolve()):
        raise DataError(f"data.folder is {folder}, the folder of temporary downloads; expected another folder")
    failures = []
    for title, locate in _sources(folder, dataset, raw):
        try:
            files = read_folder(locate(), DATASETS[dataset].checksums)
        except DataError as error:
            failures.append(f"{title}: {error}")
            print(f"Data: not from {failures[-1]}", file=sys.stderr, flush=True)
        else:
            print(f"Data: from {title}; every checksum is right.", file=sys.stderr, flush=True)
            return files
    raise DataError(_no_source(failures, dataset))


def _sources(folder: Path | None, dataset: str, raw: Path) -> Iterator[tuple[str, Callable[[], Path]]]:
    """Yield each source's title, and the function that returns the folder with its files."""
    if folder is not None:
        yield "data.folder", lambda: folder
    mirrored = DATASETS[dataset].torchvision
    if mirrored is None:  # nobody else has it
        return
    packaged = dataset == "fashion_mnist"
    if packaged:
        yield f"Debian's {DEBIAN_PACKAGE}, installed", lambda: DEBIAN_FOLDER
    if raw.is_dir():
        yield "downloads of an earlier session", lambda: raw
    yield "torchvision's mirrors", lambda: _from_mirrors(mirrored, raw)
    if packaged:
        yield f"Debian's {DEBIAN_PACKAGE}, downloaded", lambda: _from_package(raw)


def _no_source(failures: Sequence[str], dataset: str) -> str:
    names = ", ".join(f"{name}.gz" for name in FILES)
    remedy = f"put {names} into one folder and name it in config.yaml as data.folder"
    if dataset == "sample":
        remedy = "set data.folder to tests/sample, which holds the sample, or data.dataset to fashion_mnist"
    title = DATASETS[dataset].title
    lines = [f"no source has the files of {title}; each source and why it failed:", *failures, f"By hand: {remedy}."]
    return "\n  ".join(lines)


def _from_mirrors(name: str, raw: Path) -> Path:
    """Download what `raw` lacks, or has with another MD5, from torchvision's mirrors; returns `raw`."""
    try:
        datasets = importlib.import_module("torchvision.datasets")  # here, since it is slow
    except (ImportError, RuntimeError) as error:  # RuntimeError: built for another torch
        raise DataError(f"torchvision cannot be imported: {error}") from None
    published = getattr(datasets, name)
    for file, md5 in published.resources:
        _download_from_any([f"{mirror.rstrip('/')}/{file}" for mirror in published.mirrors], md5, raw / file)
    return raw


def _download_from_any(urls: Sequence[str], md5: str, path: Path) -> None:
    failures = []
    for url in urls:
        try:
            pooch.retrieve(url, f"md5:{md5}", fname=path.name, path=path.parent, downloader=_download)
        except (DataError, OSError, ValueError) as error:  # OSError: the network; ValueError: another MD5
            failures.append(f"{url}: {error}")
        else:
            return
    raise DataError("; ".join(failures))


def _download(url: str, path: str, _: object) -> None:
    """Download one file for pooch, which limits neither size nor time."""

    def give_up(*_: object) -> None:
        raise DataError(f"it took more than {TIME_LIMIT} seconds")

    # Without this header a server may compress the .gz again, and requests would unpack both.
    downloader = pooch.HTTPDownloader(timeout=SILENCE_LIMIT, headers={"Accept-Encoding": "identity"})
    # An alarm, since a server that sends a byte now and then is never silent.
    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(TIME_LIMIT)
    try:
        with Path(path).open("wb") as file:
            downloader(url, _LimitedFile(file), None)
    finally:
        signal.alarm(0)


class _LimitedFile:
    """A file that cannot grow beyond the largest file of Fashion-MNIST."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.flush = file.flush

    def write(self, piece: bytes) -> None:
        if self.file.tell() + len(piece) > LARGEST_FILE:
            raise DataError(f"it has more than {LARGEST_FILE} bytes")
        self.file.write(piece)


def _from_package(raw: Path) -> Path:
    """Download and unpack Debian's package without root, and copy its four files into `raw`; returns `raw`."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch).resolve()
        _run(["apt-get", "download", DEBIAN_PACKAGE], folder)
        for package in folder.glob("*.deb"):
            _run(["dpkg-deb", "-x", str(package), "tree"], folder)
        for name in FILES:
            _copy_regular(folder / "tree" / DEBIAN_FOLDER.relative_to("/") / f"{name}.gz", raw / f"{name}.gz")
    return raw


def _run(command: Sequence[str], folder: Path) -> None:
    """Run a program in a folder; raises DataError with what it wrote to stderr."""
    try:
        done = subprocess.run(command, cwd=folder, check=False, capture_output=True, timeout=TIME_LIMIT)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DataError(str(error)) from None
    if done.returncode != 0:
        said = " ".join(done.stderr.decode(errors="replace").split())
        raise DataError(f"{command[0]} ended with {done.returncode}: {said}")


def _copy_regular(source: Path, target: Path) -> None:
    """Copy a file of the package; raises DataError where any part of its path is a link, which could lead anywhere."""
    if source.resolve() != source or not source.is_file():
        raise DataError(f"the package holds no regular file {source.name}")
    with atomic(target) as temporary:
        shutil.copyfile(source, temporary)
