"""The four Fashion-MNIST files: where they come from, how they are verified and read.

Whatever the source, a file counts only if its SHA-256 after decompression is the expected
one, so that the order of the sources never changes what is trained on.
"""

import gzip
import hashlib
import http.client
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from fmnist.errors import DataError
from fmnist.files import atomic

TRAIN_IMAGES = "train-images-idx3-ubyte"
TRAIN_LABELS = "train-labels-idx1-ubyte"
TEST_IMAGES = "t10k-images-idx3-ubyte"
TEST_LABELS = "t10k-labels-idx1-ubyte"
FILES = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)

Checksums = Mapping[str, str]

# SHA-256 of the decompressed files; `data.checksums` names the set.
CHECKSUMS: Mapping[str, Checksums] = MappingProxyType(
    {
        "fashion_mnist": MappingProxyType(
            {
                TRAIN_IMAGES: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
                TRAIN_LABELS: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
                TEST_IMAGES: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
                TEST_LABELS: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            }
        ),
        "sample": MappingProxyType(
            {
                TRAIN_IMAGES: "1fd0769cad235f8cfb0c3ed6f7e52fd005c4c50088f9dc43d52051ca70ecc672",
                TRAIN_LABELS: "3317de950899d958f766f29ecbead3f0364f40cd4fd0659d2ae0244c4fa5d0a2",
                TEST_IMAGES: "2d21a66061a3b427036e374ce16020084d6c16e7326778fc7619ae757e339d6c",
                TEST_LABELS: "2d62490fcb86123f5df16c7d51bad43abed7ade9e274bbfd0c7dbd6ae27a128d",
            }
        ),
    }
)

DEBIAN_PACKAGE = "dataset-fashion-mnist"
DEBIAN_FOLDER = Path("/usr/share/datasets/fashion-mnist")

IMAGE_SIZE = 28  # pixels a side
CLASSES = 10
LARGEST_FILE = 16 + 60_000 * IMAGE_SIZE**2  # bytes; what is longer cannot be a file of ours

SILENCE_LIMIT = 30  # seconds that a server may say nothing
DOWNLOAD_LIMIT = 900  # seconds for one file, or for the package


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a source: which bytes, and the folders that it may use.

    `folder` is the user's (read only) or None; `raw` is where downloads are kept.
    """

    folder: Path | None
    checksums: Checksums
    raw: Path


def obtain(folder: Path | None, checksums: str, raw: Path) -> dict[str, bytes]:
    """Return the four files, decompressed and verified, from the first source that has them.

    `folder` is the config's `data.folder`, `checksums` its `data.checksums`; `raw` keeps
    downloads, and those that prove wrong get the suffix `.wrong` there. Files elsewhere are
    never changed. Each source that fails is reported on stderr.

    Raises DataError where no source works, with the reason for each.
    """
    request = Request(folder, _checksum_set(checksums), raw)
    if folder is not None and folder.resolve() == raw.resolve():
        raise DataError(f"data.folder is {folder}, the pipeline's own download folder; move the files elsewhere.")
    failures = []
    for title, read in SOURCES[checksums]:
        try:
            files = read(request)
        except DataError as error:
            failures.append(f"{title}: {error}")
            print(f"Data: not from {failures[-1]}", file=sys.stderr, flush=True)
        else:
            print(f"Data: from {title}; every checksum is right.", file=sys.stderr, flush=True)
            return files
    raise DataError(_no_source(failures, checksums))


def discard_downloads(raw: Path) -> None:
    """Delete the verified downloads in `raw`; files set aside as `.wrong` stay."""
    for name in FILES:
        _gz(raw, name).unlink(missing_ok=True)
    if raw.is_dir() and not any(raw.iterdir()):
        raw.rmdir()


def _checksum_set(name: str) -> Checksums:
    if name not in CHECKSUMS:
        raise DataError(f"data.checksums is {name!r}; allowed: {', '.join(CHECKSUMS)}.")
    return CHECKSUMS[name]


def _no_source(failures: list[str], checksums: str) -> str:
    tried = "\n".join(f"  {failure}" for failure in failures)
    remedy = (
        f"put {', '.join(f'{name}.gz' for name in FILES)} (or the same unpacked) into one folder "
        "and name it in config.yaml as data.folder"
    )
    if checksums == "sample":
        remedy = "set data.folder to tests/data, which holds the sample, or data.checksums to fashion_mnist"
    return f"the Fashion-MNIST files could not be had; each source and why it failed:\n{tried}\n  By hand: {remedy}."


# Reading and verifying -------------------------------------------------------------------


def read_folder(folder: Path, checksums: Checksums) -> dict[str, bytes]:
    """Return the four files of a folder, plain or .gz, decompressed; changes nothing there.

    Raises DataError where the folder or a file is missing, cut or not the expected one.
    """
    if not folder.is_dir():
        raise DataError(f"{folder.absolute()} is not a folder that can be read")
    paths = {name: _plain_or_gz(folder, name) for name in FILES}
    if missing := [name for name, path in paths.items() if path is None]:
        raise DataError(f"{folder.absolute()} lacks {', '.join(missing)} (plain or .gz)")
    return {name: read_verified(path, checksums[name]) for name, path in paths.items() if path is not None}


def read_verified(path: Path, checksum: str) -> bytes:
    """Return a file's bytes, decompressed where its name ends in .gz.

    Raises DataError where it cannot be read or its SHA-256 is not `checksum`.
    """
    content = _read(path)
    found = hashlib.sha256(content).hexdigest()
    if found != checksum:
        raise DataError(
            f"{path} is not the expected file: SHA-256 {found[:16]}... instead of {checksum[:16]}...{_hint(found)}"
        )
    return content


def _plain_or_gz(folder: Path, name: str) -> Path | None:
    return next((path for path in (folder / name, _gz(folder, name)) if path.is_file()), None)


def _gz(folder: Path, name: str) -> Path:
    return folder / f"{name}.gz"


def _read(path: Path) -> bytes:
    """Read at most one byte more than the largest file: a gzip may unpack to terabytes."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            return stream.read(LARGEST_FILE + 1)
    except EOFError:
        raise DataError(f"{path} is cut: the gzip ends too early") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{path} is not a whole gzip file: {error}") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from None


def _hint(found: str) -> str:
    """Name the set that a file does belong to: the usual slip is the wrong data.checksums."""
    owner = next((owner for owner, checksums in CHECKSUMS.items() if found in checksums.values()), None)
    return f"; it is a file of data.checksums: {owner}" if owner else ""


# The sources -----------------------------------------------------------------------------


def from_config_folder(request: Request) -> dict[str, bytes]:
    """Read the folder that the config names; raises DataError where it names none."""
    if request.folder is None:
        raise DataError("the config names no folder")
    return read_folder(request.folder, request.checksums)


def from_installed_package(request: Request) -> dict[str, bytes]:
    """Read the files of Debian's package where it is installed; raises DataError if not."""
    if not DEBIAN_FOLDER.is_dir():
        raise DataError(f"the package is not installed ({DEBIAN_FOLDER} does not exist)")
    return read_folder(DEBIAN_FOLDER, request.checksums)


def from_mirrors(request: Request) -> dict[str, bytes]:
    """Download what `raw` does not hold yet from torchvision's mirrors.

    Raises DataError where no mirror gives a file, or only a wrong one.
    """
    return {name: _kept_or_mirrored(_gz(request.raw, name), request.checksums[name]) for name in FILES}


def from_downloaded_package(request: Request) -> dict[str, bytes]:
    """Fetch and unpack Debian's package as an ordinary user, and keep its four files in `raw`.

    Raises DataError where apt-get or dpkg-deb is missing or fails, or a file is wrong.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = _unpacked_package(Path(scratch).resolve())
        for name in FILES:
            _copy_regular(_gz(folder, name), _gz(request.raw, name))
    return {name: _verified_or_set_aside(_gz(request.raw, name), request.checksums[name]) for name in FILES}


Source = Callable[[Request], dict[str, bytes]]

SOURCES: Mapping[str, tuple[tuple[str, Source], ...]] = MappingProxyType(
    {
        "fashion_mnist": (
            ("data.folder", from_config_folder),
            (f"Debian's {DEBIAN_PACKAGE}, installed", from_installed_package),
            ("torchvision's mirrors, or downloads kept from before", from_mirrors),
            (f"Debian's {DEBIAN_PACKAGE}, downloaded", from_downloaded_package),
        ),
        # Nobody but this repository has the sample, so a download could only fail.
        "sample": (("data.folder", from_config_folder),),
    }
)


# Downloads from the mirrors --------------------------------------------------------------


def _kept_or_mirrored(path: Path, checksum: str) -> bytes:
    """Prefer what an interrupted session left in `raw`; then each mirror in turn."""
    failures = []
    if path.exists():
        try:
            return _verified_or_set_aside(path, checksum)
        except DataError as error:
            failures.append(str(error))
    for mirror in _mirrors():
        try:
            _download(mirror + path.name, path)
            return _verified_or_set_aside(path, checksum)
        except DataError as error:
            failures.append(str(error))
    raise DataError("; ".join(failures))


def _mirrors() -> list[str]:
    """torchvision's list of mirrors, each ending in a slash."""
    try:
        from torchvision.datasets import FashionMNIST  # type: ignore[import-untyped]  # slow: only where needed
    except (ImportError, RuntimeError) as error:  # RuntimeError: it does not fit the torch installed
        raise DataError(f"torchvision cannot be imported: {error}") from None
    return [mirror.rstrip("/") + "/" for mirror in FashionMNIST.mirrors]


def _download(url: str, path: Path) -> None:
    """Download to a temporary name and rename: half a file never stands under the real name."""
    if not url.startswith(("http://", "https://")):
        raise DataError(f"{url} is not a web address")
    try:
        with atomic(path) as temporary, urllib.request.urlopen(url, timeout=SILENCE_LIMIT) as response:  # noqa: S310
            _copy_stream(response, temporary)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise DataError(f"{url} failed: {error}") from None


def _copy_stream(response: http.client.HTTPResponse, path: Path) -> None:
    """Copy in pieces: `timeout` bounds each silence, and only this loop the whole."""
    deadline = time.monotonic() + DOWNLOAD_LIMIT
    size = 0
    with path.open("wb") as file:
        while piece := response.read(1 << 16):
            file.write(piece)
            size += len(piece)
            if size > LARGEST_FILE:
                raise OSError("it is longer than any file of Fashion-MNIST")
            if time.monotonic() > deadline:
                raise OSError(f"it took more than {DOWNLOAD_LIMIT} seconds")


def _verified_or_set_aside(path: Path, checksum: str) -> bytes:
    """Verify a file that we downloaded; a wrong one is kept under another name to be looked at."""
    try:
        return read_verified(path, checksum)
    except DataError as error:
        aside = path.with_name(path.name + ".wrong")
        path.replace(aside)
        raise DataError(f"{error} (kept as {aside.name})") from None


# Debian's package, without root ----------------------------------------------------------


def _unpacked_package(scratch: Path) -> Path:
    """Download and unpack the package below `scratch`; returns the folder of its data files."""
    _command(["apt-get", "download", DEBIAN_PACKAGE], scratch)
    packages = sorted(scratch.glob(f"{DEBIAN_PACKAGE}_*.deb"))
    if len(packages) != 1:
        raise DataError(f"apt-get left {len(packages)} packages instead of one")
    tree = scratch / "tree"
    _command(["dpkg-deb", "-x", str(packages[0]), str(tree)], scratch)
    return tree / DEBIAN_FOLDER.relative_to("/")


def _command(command: list[str], folder: Path) -> None:
    """Run a program in a folder; raises DataError with its last line that is no warning."""
    name = command[0]
    if shutil.which(name) is None:
        raise DataError(f"{name} is not on this machine")
    try:
        subprocess.run(
            command,
            cwd=folder,
            check=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            timeout=DOWNLOAD_LIMIT,
        )
    except subprocess.TimeoutExpired:
        raise DataError(f"{name} took more than {DOWNLOAD_LIMIT} seconds") from None
    except subprocess.CalledProcessError as error:
        said = [line for line in error.stderr.splitlines() if line.strip() and not line.startswith("W:")]
        raise DataError(f"{name} failed: {said[-1] if said else f'exit status {error.returncode}'}") from None
    except OSError as error:
        raise DataError(f"{name} could not be started: {error}") from None


def _copy_regular(source: Path, target: Path) -> None:
    """Copy a file out of the unpacked package, unless a link stands anywhere on the way to it."""
    if source.resolve() != source or not source.is_file():
        raise DataError(f"the package holds no regular file {source.name}")
    try:
        with atomic(target) as temporary:
            shutil.copyfile(source, temporary)
    except OSError as error:
        raise DataError(f"{target} cannot be written: {error.strerror or error}") from None


# The IDX format --------------------------------------------------------------------------


def parse_files(files: Mapping[str, bytes]) -> dict[str, npt.NDArray[np.uint8]]:
    """Turn the four decompressed files into the arrays that `dataset.save_arrays` takes.

    Images uint8 [n, 28, 28] in 0..255, labels uint8 [n] in 0..9.

    Raises DataError where a file is not strictly what it should be.
    """
    train_images, train_labels = _parse_pair(files, TRAIN_IMAGES, TRAIN_LABELS)
    test_images, test_labels = _parse_pair(files, TEST_IMAGES, TEST_LABELS)
    return {
        "train_images": train_images,
        "train_labels": train_labels,
        "test_images": test_images,
        "test_labels": test_labels,
    }


def parse_idx(content: bytes, dimensions: int, name: str) -> npt.NDArray[np.uint8]:
    """Parse an IDX file of unsigned bytes with that many dimensions; `name` begins the errors.

    Raises DataError for a wrong magic number, a cut header or a length that is not exact.
    """
    header = 4 + 4 * dimensions
    if content[:4] != bytes([0, 0, 0x08, dimensions]):  # 0x08: unsigned byte
        raise DataError(f"{name} is no IDX file of bytes in {dimensions} dimensions: it begins {content[:4]!r}.")
    if len(content) < header:
        raise DataError(f"{name} is cut: its header has {len(content)} bytes instead of {header}.")
    shape = tuple(int.from_bytes(content[at : at + 4], "big") for at in range(4, header, 4))
    expected = header + int(np.prod(shape, dtype=object))  # object: Python's integers do not overflow
    if len(content) != expected:
        raise DataError(f"{name} has {len(content)} bytes where its header promises {expected}.")
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)


def _parse_pair(
    files: Mapping[str, bytes], images_name: str, labels_name: str
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    images = parse_idx(files[images_name], 3, images_name)
    labels = parse_idx(files[labels_name], 1, labels_name)
    if images.shape[1:] != (IMAGE_SIZE, IMAGE_SIZE):
        raise DataError(f"{images_name} has images of {images.shape[1]}x{images.shape[2]} pixels instead of 28x28.")
    if len(images) != len(labels) or len(images) == 0:
        raise DataError(f"{images_name} has {len(images)} images for {len(labels)} labels.")
    if labels.max() >= CLASSES:
        raise DataError(f"{labels_name} has the label {labels.max()}; allowed: 0 to {CLASSES - 1}.")
    return images, labels


def checksum_text(files: Mapping[str, bytes]) -> str:
    """The SHA-256 of the decompressed files as `sha256sum` writes them, sorted by name."""
    return "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
