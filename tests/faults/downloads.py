"""Downloads that break off."""

import contextlib
import http.server
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from builders import SAMPLE
from faults.registry import Outcome, check, fault

from fmnist.data.fashion_mnist import FILES

# The sample plays the full set, and a server on this machine the mirrors.
PROGRAM = """
import os, sys
from pathlib import Path
from types import MappingProxyType
from fmnist.data import fashion_mnist as data_files
from fmnist.data import sources
sources.CHECKSUMS = MappingProxyType({"fashion_mnist": data_files.CHECKSUMS["sample"]})
sources.DEBIAN_FOLDER = Path("/nowhere")
os.environ["PATH"] = ""  # without apt-get, the mirrors are the last source
sources._mirrors = lambda: [sys.argv[1]]
sources.obtain(None, "fashion_mnist", Path(sys.argv[2]))
"""


class Mirror(http.server.BaseHTTPRequestHandler):
    """Serves the sample's files: whole, half, or half and then silence."""

    how = "whole"
    stalled = threading.Event()

    def do_GET(self) -> None:
        content = (SAMPLE / self.path.lstrip("/")).read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.how == "other":
            self.wfile.write(bytes(reversed(content)))
        else:
            self.wfile.write(content if self.how == "whole" else content[: len(content) // 2])
        if self.how == "stalled":
            self.wfile.flush()
            self.stalled.set()
            self.rfile.read(1)  # until the other side is gone

    def log_message(self, *arguments: object) -> None:
        pass


@contextlib.contextmanager
def mirror() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mirror) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def obtain(address: str, raw: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PROGRAM, address, str(raw)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def is_whole(address: str, raw: Path) -> None:
    """Check that the next download succeeds, and that nothing of the broken one is left in use."""
    Mirror.how = "whole"
    with obtain(address, raw) as process:
        output, _ = process.communicate()
    check(process.returncode == 0, "the next download fails", output)
    found = {path.name: path.read_bytes() for path in raw.iterdir() if path.suffix != ".wrong"}
    check(found == {f"{name}.gz": (SAMPLE / f"{name}.gz").read_bytes() for name in FILES}, f"there is {sorted(found)}")


@fault(
    "A download killed half-way",
    "`kill -9` while a server has sent half a file, once for the first file, once again",
    fast=True,
)
def killed(folder: Path) -> Outcome:
    raw, times = folder / "raw", 2
    with mirror() as address:
        for _ in range(times):
            Mirror.how = "stalled"
            Mirror.stalled.clear()
            with obtain(address, raw) as process:
                check(Mirror.stalled.wait(60), "nothing was downloaded")
                process.kill()
            check(process.returncode == -signal.SIGKILL, "it was not killed")
            check(not any(path.name.startswith(FILES[0]) for path in raw.iterdir()), "half a file has its real name")
        is_whole(address, raw)
    return Outcome(times, "the half file never has its real name, and the next download removes it")


@fault(
    "A download that ends early, or is another file",
    "a server that sends half of each file; that sends other bytes",
    fast=True,
)
def wrong(folder: Path) -> Outcome:
    with mirror() as address:
        for how in ("half", "other"):
            Mirror.how, raw = how, folder / how
            with obtain(address, raw) as process:
                output, _ = process.communicate()
            check(process.returncode != 0, "a wrong file is taken", output)
            check(not (raw / f"{FILES[0]}.gz").exists(), "a wrong file has its real name")
            is_whole(address, raw)
    return Outcome(2, "refused by its SHA-256 and set aside as `.wrong`; the next download is used")
