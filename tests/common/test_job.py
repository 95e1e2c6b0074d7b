"""A job that fails: the traceback in its log, one sentence on the terminal, exit code 1."""

import errno
import logging
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fmnist.common.errors import DataError
from fmnist.common.job import run_logged

pytestmark = pytest.mark.usefixtures("untouched_logging")

NOT_THERE = "train failed: FileNotFoundError: [Errno 2] No such file or directory: 'x' (log: {})"


@pytest.fixture
def job(tmp_path: Path) -> SimpleNamespace:
    return SimpleNamespace(rule="train", log=[str(tmp_path / "logs/train/x.log")])


def log_of(job: SimpleNamespace) -> str:
    return Path(job.log[0]).read_text(encoding="utf-8")


def test_a_job_that_succeeds_has_what_it_logged(job: SimpleNamespace) -> None:
    run_logged(lambda j: logging.info("epoch 1 of %s", j.rule), job)
    assert "epoch 1 of train" in log_of(job)
    assert "Traceback" not in log_of(job)


def test_a_log_is_written_anew(job: SimpleNamespace) -> None:
    run_logged(lambda j: logging.info("first"), job)
    run_logged(lambda j: logging.info("second"), job)
    assert "first" not in log_of(job)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            DataError("x.npz is no prepared file; delete it."),
            "train failed: x.npz is no prepared file; delete it. (log: {})",
        ),
        (KeyError("speed"), "train failed: KeyError: 'speed' (log: {})"),
        (MemoryError("too large"), "train failed: MemoryError: too large (log: {})"),
        (
            OSError(errno.ENOSPC, "No space left on device"),
            "train failed: No space left on device; make room, then give the same command again, and it goes on from "
            "there. (log: {})",
        ),
        (
            OSError(errno.EROFS, "Read-only file system", "results/x"),
            "train failed: results/x: Read-only file system; make the folder writable, then give the same command "
            "again, and it goes on from there. (log: {})",
        ),
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "x"), NOT_THERE),
    ],
)
def test_a_failure_is_one_sentence_that_names_the_log(job: SimpleNamespace, error: Exception, sentence: str) -> None:
    def fail(_: Any) -> None:
        raise error

    with pytest.raises(SystemExit) as caught:
        run_logged(fail, job)
    assert caught.value.code == sentence.format(job.log[0])
    assert "Traceback (most recent call last)" in log_of(job)
    assert type(error).__name__ in log_of(job)
    assert "in fail" in log_of(job)


def test_the_process_ends_with_1_and_the_sentence_alone(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    program = (
        "from types import SimpleNamespace\n"
        "from fmnist.common.job import run_logged\n"
        f"run_logged(lambda job: 1 / 0, SimpleNamespace(rule='table', log=[{str(log)!r}]))\n"
    )
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert finished.returncode == 1
    assert finished.stderr == f"table failed: ZeroDivisionError: division by zero (log: {log})\n"
    assert finished.stdout == ""
    assert "ZeroDivisionError" in log.read_text(encoding="utf-8")


def test_a_log_that_cannot_be_opened_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.log").mkdir()
    with pytest.raises(SystemExit) as caught:
        run_logged(lambda _: None, SimpleNamespace(rule="table", log=[str(tmp_path / "x.log")]))
    assert caught.value.code == f"table failed: IsADirectoryError: [Errno 21] Is a directory: '{tmp_path / 'x.log'}'"


def test_a_full_disk_under_the_log_stops_nothing_and_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.log").symlink_to("/dev/full")
    program = (
        "import logging; from types import SimpleNamespace\n"
        "from fmnist.common.job import run_logged\n"
        f"job = SimpleNamespace(rule='table', log=[{str(tmp_path / 'x.log')!r}])\n"
        "run_logged(lambda job: logging.info('a line'), job)\n"
    )
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")
