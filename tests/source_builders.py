"""A mirror on this machine that serves the sample, well or badly."""

import contextlib
import hashlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

from fmnist.data.datasets import FILES

SAMPLE = Path(__file__).with_name("sample")


class Mirror(http.server.ThreadingHTTPServer):
    """Serves each file whole, half, reversed, or half and then silence, as `how` says."""

    how = "whole"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.asked: list[str] = []
        self.stalled = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answer(http.server.BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:
        name, how = self.path.lstrip("/"), self.server.how
        self.server.asked.append(name)
        content = (SAMPLE / name).read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        half = content[: len(content) // 2]
        self.wfile.write({"whole": content, "reversed": content[::-1]}.get(how, half))
        if how == "silent":
            self.wfile.flush()
            self.server.stalled.set()
            with contextlib.suppress(OSError):
                self.rfile.read(1)  # until the client hangs up

    def log_message(self, *arguments: object) -> None:
        pass


@contextlib.contextmanager
def running_mirror() -> Iterator[Mirror]:
    with Mirror() as server:
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        yield server
        server.shutdown()


def datasets(*mirrors: str) -> SimpleNamespace:
    """Return a stand-in for torchvision.datasets, with these mirrors and the sample's MD5s."""
    names = [f"{name}.gz" for name in FILES]
    resources = [(name, hashlib.md5((SAMPLE / name).read_bytes()).hexdigest()) for name in names]  # noqa: S324
    published = SimpleNamespace(mirrors=list(mirrors), resources=resources)
    return SimpleNamespace(FashionMNIST=published, KMNIST=published)
