"""Run a workflow job with a log file, and one sentence on the terminal when it fails."""

import errno
import logging
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fmnist.common.errors import FmnistError

AGAIN = "then give the same command again, and it goes on from there"
REMEDIES = {
    errno.ENOSPC: f"make room, {AGAIN}",
    errno.EDQUOT: f"make room, {AGAIN}",
    errno.EFBIG: f"raise the limit on the size of files, {AGAIN}",
    errno.EROFS: f"make the folder writable, {AGAIN}",
    errno.EACCES: f"change the permissions, {AGAIN}",
}


def run_logged(main: Callable[[Any], None], job: Any) -> None:
    """Run a script's main with a log file; on failure, print one sentence and exit with 1.

    `job` is Snakemake's object, with `job.rule` and `job.log[0]`. The traceback goes to the log.
    """
    log = Path(job.log[0])
    logging.raiseExceptions = False  # a full disk under the log must not fail the job
    try:
        _open(log)
    except OSError as error:
        sys.exit(f"{job.rule} failed: {_sentence(error)}")
    try:
        main(job)
    except KeyboardInterrupt:
        sys.exit(f"{job.rule} was interrupted; give the same command again, and it goes on from there.")
    except Exception as error:
        logging.error("%s", traceback.format_exc())
        sys.exit(f"{job.rule} failed: {_sentence(error)} (log: {log})")


def _open(log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(filename=log, filemode="w", format="%(asctime)s %(message)s", level=logging.INFO, force=True)


def _sentence(error: Exception) -> str:
    if isinstance(error, FmnistError):
        return str(error)
    if isinstance(error, OSError) and error.errno in REMEDIES:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}; {REMEDIES[error.errno]}."
    return f"{type(error).__name__}: {error}"
