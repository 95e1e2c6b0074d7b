"""Put what gpu.py needs on a machine without network into .gpu: python benchmarks/gpu_prepare.py.

.gpu/wheels has Snakemake and what it needs, for Python 3.12 on x86-64 Linux, in the versions of
requirements.lock. PyTorch, pandas, scipy and matplotlib must be on the machine: they are too large
to take along. .gpu/data has the four files of Fashion-MNIST.
"""

import gzip
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from cases import PROJECT

from fmnist.data.sources import obtain

TARGET = PROJECT / ".gpu"
# Without pulp, 16 MB: only Snakemake's other scheduler needs it (profiles/default).
PACKAGES = """
    snakemake snakemake-interface-common snakemake-interface-executor-plugins snakemake-interface-logger-plugins
    snakemake-interface-report-plugins snakemake-interface-scheduler-plugins snakemake-interface-storage-plugins
    annotated-types argparse-dataclass conda-inject configargparse connection-pool docutils dpath fastjsonschema
    gitdb gitpython greenlet humanfriendly immutables jsonschema jsonschema-specifications jupyter-core nbformat
    platformdirs pooch pydantic pydantic-core referencing rpds-py smart-open smmap sqlalchemy sqlmodel tenacity
    throttler traitlets typing-inspection yte
""".split()  # noqa: SIM905
# pip takes a platform literally: name each that a wheel may have been built for.
PLATFORMS = [f"manylinux{name}_x86_64" for name in ("1", "2014", "_2_17", "_2_24", "_2_27", "_2_28")]


def main() -> None:
    wheels, data = TARGET / "wheels", TARGET / "data"
    locked = dict(
        re.findall(r"^([a-z0-9-]+)==(\S+)", (PROJECT / "requirements.lock").read_text(encoding="utf-8"), re.M)
    )
    for name in PACKAGES:
        fetch(f"{name}=={locked[name]}", wheels)
    data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as raw:
        for name, content in obtain(None, "fashion_mnist", Path(raw)).items():
            (data / f"{name}.gz").write_bytes(gzip.compress(content, mtime=0))
    size = sum(path.stat().st_size for path in TARGET.rglob("*") if path.is_file())
    print(f"{TARGET}: {size / 1e6:.0f} MB")


def fetch(requirement: str, wheels: Path) -> None:
    """Download a wheel for the other machine, or build it here where there is only a source of pure Python."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    there = ["--only-binary=:all:", "--python-version", "3.12", "--implementation", "cp"]
    there += [word for name in PLATFORMS for word in ("--platform", name)]
    done = subprocess.run([*pip, "download", "--no-deps", *there, "--dest", str(wheels), requirement], check=False)
    if done.returncode:
        subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", str(wheels), requirement], check=True)


if __name__ == "__main__":
    main()
