"""One line of progress in place of Snakemake's five lines a job: `snakemake --logger fmnist`.

On a terminal the line stays and is redrawn; in a pipe it is written once a minute. Above it appear
warnings, errors, and what the workflow itself says. A dry run prints what it always does.
Snakemake finds this folder where PYTHONPATH names workflow/plugins, as `make` does.
"""

import logging
import shutil
import sys
import threading
import time
from typing import Any

from snakemake.logging import ColorizingTextHandler, DefaultFilter, DefaultFormatter, show_logs
from snakemake.settings.enums import Quietness
from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

from fmnist.runs.status import Status

SECONDS_BETWEEN = {True: 1.0, False: 60.0}  # on a terminal, and elsewhere
NOTHING_TO_DO = "Nothing to be done"
START_OF_LINE, REST_OF_LINE = "\r", "\033[K"


class LogHandler(LogHandlerBase):
    """Snakemake's events as one line; see above."""

    writes_to_stream = True
    writes_to_file = False
    has_filter = True
    has_formatter = True
    needs_rulegraph = False

    def __post_init__(self) -> None:
        """Start the thread that draws the line."""
        settings = self.common_settings
        self.stream = sys.stdout if settings.stdout else sys.stderr
        self.terminal = self.stream.isatty()
        self.setFormatter(DefaultFormatter(settings.quiet, settings.show_failed_logs))
        self.usual = _usual_handler(settings, self.stream) if settings.dryrun else None
        self.status = Status(time.monotonic())
        self.ended = threading.Event()
        if not self.usual:
            threading.Thread(target=self._draw_again_and_again, daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        """Count what the record says, and print what a person should read."""
        if self.usual:
            self.usual.handle(record)
            return
        try:
            self._count(record)
            if message := self._worth_reading(record):
                self._print(message)
            if self.terminal:
                self._draw()
        except Exception:
            self.handleError(record)

    def close(self) -> None:
        """Remove the line, and say what was done."""
        self.ended.set()
        if self.status.jobs:
            self._print(self.status.summary(time.monotonic()))
            self.status.jobs = 0
        super().close()

    def _count(self, record: Any) -> None:
        now, status = time.monotonic(), self.status
        event = getattr(record, "event", None)
        if event == LogEvent.RUN_INFO:
            status.jobs = record.stats["total"]
        elif event == LogEvent.JOB_STARTED:
            status.start(record.jobs, now)
        elif event == LogEvent.GROUP_INFO:  # several trainings as one job of a cluster
            status.start([job.jobid for job in record.jobs], now)
        elif event == LogEvent.JOB_FINISHED:
            status.finish(record.job_id, now)
        elif event == LogEvent.JOB_ERROR:
            status.fail(record.jobid)
        status.work = getattr(record, "training_work", status.work)

    def _worth_reading(self, record: Any) -> str:
        event = getattr(record, "event", None)
        if event in (LogEvent.RUN_INFO, LogEvent.GROUP_ERROR):  # the jobs of a group follow one by one
            return ""
        if event == LogEvent.JOB_ERROR:
            said = [f"{record.rule_name} failed (log: {', '.join(record.log)})"]
            return "\n".join([*said, *(show_logs(record.log) if self.common_settings.show_failed_logs else [])])
        for_people = record.levelno >= logging.WARNING or getattr(record, "for_people", False)
        return self.format(record) if for_people or record.getMessage().startswith(NOTHING_TO_DO) else ""

    def _print(self, message: str) -> None:
        self.stream.write(f"{START_OF_LINE}{REST_OF_LINE}{message}\n" if self.terminal else f"{message}\n")
        self.stream.flush()

    def _draw(self) -> None:
        if not self.status.jobs:
            return
        line = self.status.line(time.monotonic())
        if self.terminal:
            # The cursor waits at the start, so that a job's own words replace the line.
            line = f"{START_OF_LINE}{line[: shutil.get_terminal_size().columns - 1]}{REST_OF_LINE}{START_OF_LINE}"
            self.stream.write(line)
            self.stream.flush()
        else:
            self._print(line)

    def _draw_again_and_again(self) -> None:
        while not self.ended.wait(SECONDS_BETWEEN[self.terminal]):
            self.acquire()
            try:
                self._draw()
            finally:
                self.release()


def _usual_handler(settings: Any, stream: Any) -> logging.Handler:
    quiet = {*(settings.quiet or ()), Quietness.RULES}
    events = DefaultFilter(quiet, settings.debug_dag, settings.verbose, settings.dryrun, settings.printshellcmds)
    formatter = DefaultFormatter(quiet, settings.show_failed_logs)
    handler: logging.Handler = ColorizingTextHandler(settings.nocolor, stream, formatter, events)
    return handler
