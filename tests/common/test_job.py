"""A job that fails leaves a traceback in its log, prints one sentence and exits with 1."""

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

AGAIN = "then give the same command again, and it goes on from there. (log: {})"


@pytest.fixture
def job(tmp_path: Path) -> SimpleNamespace:
    return SimpleNamespace(rule="train", log=[str(tmp_path / "logs/train/x.log")])


def log_of(job: SimpleNamespace) -> str:
    return Path(job.log[0]).read_text(encoding="utf-8")


def test_the_log_holds_what_the_last_run_said(job: SimpleNamespace) -> None:
    run_logged(lambda _: logging.info("first"), job)
    run_logged(lambda j: logging.info("second of %s", j.rule), job)
    assert "second of train" in log_of(job)
    assert "first" not in log_of(job)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (DataError("x.npz is wrong; delete it."), "x.npz is wrong; delete it. (log: {})"),
        (KeyError("speed"), "KeyError: 'speed' (log: {})"),
        (OSError(errno.ENOSPC, "No space left on device"), f"No space left on device; make room, {AGAIN}"),
        (OSError(errno.EROFS, "Read-only", "results/x"), f"results/x: Read-only; make the folder writable, {AGAIN}"),
        (FileNotFoundError(errno.ENOENT, "Not there", "x"), "FileNotFoundError: [Errno 2] Not there: 'x' (log: {})"),
    ],
)
def test_a_failure_is_one_sentence_that_names_the_log(job: SimpleNamespace, error: Exception, sentence: str) -> None:
    def fail(_: Any) -> None:
        raise error

    with pytest.raises(SystemExit) as caught:
        run_logged(fail, job)
    assert caught.value.code == f"train failed: {sentence.format(job.log[0])}"
    assert "Traceback (most recent call last)" in log_of(job)
    assert "in fail" in log_of(job)


def finished(body: str, log: Path) -> tuple[int, str]:
    """Run a job in a process; returns its exit code and all that it printed."""
    program = (
        "import logging, sys; from types import SimpleNamespace; from fmnist.common.job import run_logged\n"
        # In the background of a script, interruptions are ignored, and Python leaves them so.
        "import os, signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"run_logged(lambda job: {body}, SimpleNamespace(rule='table', log=[sys.argv[1]]))\n"
    )
    done = subprocess.run([sys.executable, "-c", program, log], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_process_ends_with_1_and_the_sentence_alone(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    assert finished("1 / 0", log) == (1, f"table failed: ZeroDivisionError: division by zero (log: {log})\n")


def test_an_interruption_is_one_sentence(tmp_path: Path) -> None:
    sentence = "table was interrupted; give the same command again, and it goes on from there.\n"
    assert finished("os.kill(os.getpid(), signal.SIGINT)", tmp_path / "x.log") == (1, sentence)


def test_a_log_that_cannot_be_opened_is_one_sentence(tmp_path: Path) -> None:
    error = f"IsADirectoryError: [Errno 21] Is a directory: '{tmp_path}'"
    assert finished("None", tmp_path) == (1, f"table failed: {error}\n")


def test_a_full_disk_under_the_log_fails_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.log").symlink_to("/dev/full")
    assert finished("logging.info('a line')", tmp_path / "x.log") == (0, "")
