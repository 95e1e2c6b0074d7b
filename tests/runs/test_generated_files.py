"""Files made from the contracts and then spoiled: each is read as it was, or refused in one sentence."""

import csv
import io
import json
import resource
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders import places
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from run_builders import DATA, SETTINGS, finished, read
from sentences import is_one_sentence

from fmnist.common.errors import FmnistError
from fmnist.data.idx import parse_idx
from fmnist.runs.gathering import curves_text, read_runs, read_runs_and_curves, runs_table, summarise
from fmnist.runs.predictions import check_predictions, read_predictions, read_store, write_predictions, write_store
from fmnist.runs.reuse import read_reused
from fmnist.training.dataset import load_dataset, save_arrays
from fmnist.training.settings import setting_names

MEMORY = 1 << 30  # bytes above what the test has before it reads
SECONDS = 30
PAIRS = [("fc", 0), ("fc", 7), ("lenet5", 0)]
LABELS = np.repeat(np.arange(10, dtype=np.uint8), 10)
PREDICTED = np.where(np.arange(100) < 11, (LABELS + 1) % 10, LABELS).astype(np.uint8)  # 89 of 100 are right
# Any number in its range can be true of these: nothing else in the files says what they are.
FREE = {"seconds", "device", "engine", "parameter_count", "cpu", "platform", "threads", "git_revision", "versions"}
FREE |= {"cpus", "platforms", "git_revisions", "python", "torch", "learning_rate"}
FREE |= {"train_loss", "train_accuracy", "test_loss", "test_accuracy"}  # of an epoch before the last
# How many of a binary file's first bytes cannot be others: those of the archive have a checksum.
CHECKED = {"arrays.npz": 10**9, "predictions.npz": 10**9, "fc/seed=0/predictions.npy": 128}
WRONG = ["", "nan", "inf", "-1", "1e400", "-1e400", "9" * 5000, "x", "1.5.5", "true", "[1]", "\x00", "é", "0x10", "1_0"]
WRONG += [" 1", "1,1", "a\nb", "\u0661", "1e-400", '"', "None", "2" + "0" * 400, "1e39", "-0.1", "1.0000001"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every file of the contracts, of three runs."""
    root = tmp_path_factory.mktemp("whole")
    records = [read(finished(root, *pair)) for pair in PAIRS]
    write_predictions(root / "fc/seed=0/predictions.npy", PREDICTED)
    runs_table(records).to_csv(root / "runs.csv", index=False)
    (root / "loss.csv").write_text(curves_text(records), encoding="utf-8")
    (root / "provenance.json").write_text(json.dumps(summarise(records)), encoding="utf-8")
    write_store(root / "predictions.npz", dict.fromkeys(PAIRS, PREDICTED))
    images = np.zeros((100, 28, 28), np.uint8)
    save_arrays(
        root / "arrays.npz",
        {"train_images": images, "train_labels": LABELS, "test_images": images, "test_labels": LABELS},
    )
    (root / "labels.idx").write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 100]) + LABELS.tobytes())
    return root


def reused(root: Path) -> str:
    planned = [(run_id, seed) for run_id in SETTINGS for seed in (0, 7)]
    return repr(read_reused(root, "kept", planned, SETTINGS, DATA))


def stored(root: Path) -> str:
    store = read_store(root / "predictions.npz")
    for pair in set(PAIRS) & set(store):
        check_predictions("the store", store[pair], LABELS, 0.89)
    return repr({pair: store[pair].tolist() for pair in PAIRS if pair in store})


READERS: list[tuple[str, Callable[[Path], str]]] = [
    *((f"fc/seed=0/{name}", lambda root: repr(read(root / "fc/seed=0"))) for name in ("metrics.json", "loss.csv")),
    ("fc/seed=0/provenance.json", lambda root: repr(read(root / "fc/seed=0"))),
    (
        "fc/seed=0/predictions.npy",
        lambda root: repr(read_predictions(root / "fc/seed=0/predictions.npy", LABELS, 0.89).tolist()),
    ),
    *((name, reused) for name in ("runs.csv", "loss.csv", "provenance.json")),
    ("predictions.npz", stored),
    ("runs.csv", lambda root: read_runs(root / "runs.csv").drop(columns=setting_names()).to_csv()),
    ("loss.csv", lambda root: repr(read_runs_and_curves(root / "runs.csv", root / "loss.csv")[1].to_dict())),
    ("arrays.npz", lambda root: repr([part.tolist() for part in astuple(load_dataset(root / "arrays.npz"))])),
    ("labels.idx", lambda root: repr(parse_idx((root / "labels.idx").read_bytes(), 1, "labels.idx").tolist())),
]


def spoilt_bytes(draw: Any, content: bytes, checked: int) -> tuple[bytes, str]:
    """Cut, empty, lengthen or flip a file, or put something else in its place."""
    place, byte = draw(st.integers(0, len(content) - 1)), draw(st.integers(1, 255))
    header = b"\x93NUMPY\x01\x00\x76\x00{'descr': '|u1', 'fortran_order': False, 'shape': (9999999999,), }"
    ways = {
        "cut": lambda: content[:place],
        "flipped": lambda: (
            content if place >= checked else content[:place] + bytes([content[place] ^ byte]) + content[place + 1 :]
        ),
        "not UTF-8": lambda: content[:place] + b"\xff\xfe" + content[place:],
        "nested": lambda: draw(st.sampled_from([b"[", b'{"a":', b"[[], "])) * draw(st.sampled_from([900, 5000, 10**6])),
        "lying": lambda: header.ljust(127) + b"\n",
        "twice": lambda: content + content,
        "long": lambda: content + b"9" * (70 << 20),
        "archive": lambda: archive_of(header.ljust(127) + b"\n"),
    }
    way = draw(st.sampled_from(sorted(ways)))
    return ways[way](), way


def archive_of(member: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("train_images", "train_labels", "test_images", "test_labels", "run_id", "seed", "classes"):
            archive.writestr(f"{name}.npy", member)
    return stream.getvalue()


def spoilt_table(draw: Any, text: str) -> tuple[bytes, str]:
    """Put something wrong into a cell, or leave out a column or a line."""
    rows = list(csv.reader(text.splitlines()))
    line, column = draw(st.integers(0, len(rows) - 1)), draw(st.integers(0, len(rows[0]) - 1))
    name = rows[0][column]
    way = draw(st.sampled_from(["cell", "cell", "cell", "cell", "column", "line", "again"]))
    if way == "cell":
        rows[line][column] = draw(st.sampled_from(WRONG) | st.text(max_size=5))
    elif way == "column":
        rows = [[*row[:column], *row[column + 1 :]] for row in rows]
    else:
        rows[line : line + 1] = [rows[line]] * 2 if way == "again" else []
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue().encode("utf-8", "surrogatepass"), name if way == "cell" and line else way


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


JSON = st.sampled_from([None, True, "x", "", "1", -1, 1.5, 1e308, 10**400, float("nan"), float("inf"), [], {}, [[]]])
JSON |= st.builds(nested, st.sampled_from([5, 200, 400])) | st.text(max_size=5)


def spoilt_json(draw: Any, text: str) -> tuple[bytes, str]:
    """Put something else at any place of a document, or leave it out."""
    document = {"whole": json.loads(text)}
    *parents, last = ("whole", *draw(st.sampled_from(places(document["whole"]))))
    target: Any = document
    for step in parents:
        target = target[step]
    if draw(st.integers(0, 4)):
        target[last] = draw(JSON)
    else:
        del target[last]
    names = [step for step in (*parents, last) if step in FREE]
    return json.dumps(document.get("whole")).encode(), names[0] if names else str(last)


@st.composite
def spoils(draw: Any) -> tuple[str, Callable[[Path], str], Callable[[bytes], tuple[bytes, str]]]:
    name, reader = draw(st.sampled_from(READERS))
    kind = {"csv": spoilt_table, "json": spoilt_json}.get(name.rpartition(".")[2])
    whole_file = kind is None or draw(st.integers(0, 3)) == 0

    def spoil(content: bytes) -> tuple[bytes, str]:
        return spoilt_bytes(draw, content, CHECKED.get(name, 0)) if whole_file else kind(draw, content.decode())

    return name, reader, spoil


@cache
def right(reader: Callable[[Path], str], whole: Path) -> str:
    """Return what a reader makes of the files before they are spoilt."""
    return reader(whole)


@contextmanager
def little_memory() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MEMORY, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.mark.slow
@settings(max_examples=500, deadline=timedelta(seconds=SECONDS), suppress_health_check=list(HealthCheck))
@given(chosen=spoils())
def test_a_spoilt_file_is_read_as_it_was_or_refused_in_one_sentence(whole: Path, chosen: Any) -> None:
    name, reader, spoil = chosen
    path, expected = whole / name, right(reader, whole)
    content = path.read_bytes()
    spoilt, what = spoil(content)
    path.write_bytes(spoilt)
    try:
        with little_memory():
            found, message = reader(whole), "Taken."
    except FmnistError as error:
        found, message = expected, str(error)
    finally:
        path.write_bytes(content)
    fewer_rows = what in ("line", "cut", "run_id") and name in ("runs.csv", "image_noise.csv")
    assert is_one_sentence(f"{message.removesuffix('.')}.")
    assert found == expected or what in FREE or fewer_rows, f"{name} is taken with another {what}"
