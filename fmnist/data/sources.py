"""Where the four Fashion-MNIST files come from.

Whatever the source, a file counts only if its SHA-256 after decompression is the expected
one, so that the order of the sources never changes what is trained on.
"""

import http.client
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from fmnist.common.errors import DataError
from fmnist.common.files import atomic
from fmnist.data.fashion_mnist import CHECKSUMS, FILES, LARGEST_FILE, Checksums, gz_path, read_folder, read_verified

DEBIAN_PACKAGE = "dataset-fashion-mnist"
DEBIAN_FOLDER = Path("/usr/share/datasets/fashion-mnist")

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

    `folder` is the config's `data.folder`, `checksums` its `data.dataset`; `raw` keeps
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
        gz_path(raw, name).unlink(missing_ok=True)
    if raw.is_dir() and not any(raw.iterdir()):
        raw.rmdir()


def _checksum_set(name: str) -> Checksums:
    if name not in CHECKSUMS:
        raise DataError(f"data.dataset is {name!r}; allowed: {', '.join(CHECKSUMS)}.")
    return CHECKSUMS[name]


def _no_source(failures: list[str], checksums: str) -> str:
    tried = "\n".join(f"  {failure}" for failure in failures)
    remedy = (
        f"put {', '.join(f'{name}.gz' for name in FILES)} (or the same unpacked) into one folder "
        "and name it in config.yaml as data.folder"
    )
    if checksums == "sample":
        remedy = "set data.folder to tests/sample, which holds the sample, or data.dataset to fashion_mnist"
    return f"the Fashion-MNIST files could not be had; each source and why it failed:\n{tried}\n  By hand: {remedy}."


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
    return {name: _kept_or_mirrored(gz_path(request.raw, name), request.checksums[name]) for name in FILES}


def from_downloaded_package(request: Request) -> dict[str, bytes]:
    """Fetch and unpack Debian's package as an ordinary user, and keep its four files in `raw`.

    Raises DataError where apt-get or dpkg-deb is missing or fails, or a file is wrong.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = _unpacked_package(Path(scratch).resolve())
        for name in FILES:
            _copy_regular(gz_path(folder, name), gz_path(request.raw, name))
    return {name: _verified_or_set_aside(gz_path(request.raw, name), request.checksums[name]) for name in FILES}


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
