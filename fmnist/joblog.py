"""What a workflow job says: its log file, and one sentence on the terminal when it fails."""

import logging
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fmnist.errors import FmnistError


def run_logged(main: Callable[[Any], None], job: Any) -> None:
    """Run a script's main with its log; on failure, say one sentence and exit with 1.

    `job` is Snakemake's object: `job.rule` and `job.log[0]` are used. The traceback goes
    to the log, and the sentence names it.
    """
    log = Path(job.log[0])
    log.parent.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(filename=log, filemode="w", format="%(asctime)s %(message)s", level=logging.INFO, force=True)
    try:
        main(job)
    except Exception as error:
        logging.error("%s", traceback.format_exc())
        what = str(error) if isinstance(error, FmnistError) else f"{type(error).__name__}: {error}"
        sys.exit(f"{job.rule} failed: {what} (log: {log})")
