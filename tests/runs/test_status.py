"""The line of progress: what it counts, and what reaches a terminal, a pipe and a dry run."""

import importlib.util
import io
import logging
import re
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from builders import ROOT

from fmnist.runs.status import Status

WORK = {1: 10.0, 2: 10.0, 3: 20.0, 4: 5.0}


def status(done: int = 0) -> Status:
    """Four trainings among ten jobs, started at 100 s; of the first two `done` are done after 10 s."""
    made = Status(started=100.0, jobs=10, work=WORK)
    made.start([1, 2], 100.0)
    for job in range(1, done + 1):
        made.finish(job, 110.0)
    return made


def test_before_the_first_is_done_no_time_is_guessed() -> None:
    assert status().line(107.0) == "0 of 4 trainings done, 2 running, 7.0 s so far"


def test_the_time_left_goes_by_the_work_of_the_others() -> None:
    made = status(done=1)
    made.start([3], 110.0)  # 10 of work took 10 s: 20 s for this one, 5 s for the last, the other is late by 0
    assert made.line(110.0) == "1 of 4 trainings done, 2 running, 12 s left"
    assert made.line(114.0) == "1 of 4 trainings done, 2 running, 10 s left"


def test_a_failure_is_counted_until_the_job_is_tried_again() -> None:
    made = status(done=1)
    made.fail(2)
    assert made.line(110.0) == "1 of 4 trainings done, 1 failed, 10 s so far"
    assert made.summary(130.0) == "1 of 4 trainings done, 1 failed; 1 of 10 jobs in 30 s."
    made.start([2], 120.0)
    assert made.line(125.0) == "1 of 4 trainings done, 1 running, 30 s left"


def test_in_the_end_other_jobs_are_counted() -> None:
    made = status(done=2)
    made.start([3, 4, 9], 110.0)
    for job in (3, 4, 9):
        made.finish(job, 120.0)
    assert made.line(121.0) == "5 of 10 jobs done"
    assert made.summary(190.0) == "4 of 4 trainings done; 5 of 10 jobs in 1 min 30 s."


# Snakemake's plugin -------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(scope="module")
def plugin() -> ModuleType:
    path = ROOT / "workflow/plugins/snakemake_logger_plugin_fmnist/__init__.py"
    spec = importlib.util.spec_from_file_location("plugin", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def printed(plugin: ModuleType, stream: io.StringIO, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> str:
    """Return what the plugin writes of a short workflow with one failure."""
    monkeypatch.setattr(plugin.sys, "stderr", stream)
    settings = {"stdout": False, "dryrun": False, "quiet": None, "show_failed_logs": False, "nocolor": True}
    settings |= {"debug_dag": False, "verbose": False, "printshellcmds": False, **changes}
    handler = plugin.LogHandler(SimpleNamespace(**settings), None)
    info, error = logging.INFO, logging.ERROR
    for level, message, extra in (
        (info, "Building DAG of jobs...", {}),
        (info, "Job stats: ...", {"event": "run_info", "stats": {"train": 2, "total": 3}}),
        (info, "", {"training_work": {1: 5, 2: 5}}),
        (info, "Select jobs to execute...", {}),
        (info, None, {"event": "job_started", "jobs": [1, 2]}),
        (info, "Finished jobid: 1", {"event": "job_finished", "job_id": 1}),
        (error, "Error in rule train", {"event": "job_error", "jobid": 2, "rule_name": "train", "log": ["a.log"]}),
        (error, "Exiting because a job execution failed.", {}),
        (info, "1 of 2 trainings are missing.", {"for_people": True}),
    ):
        record = logging.LogRecord("snakemake", level, "", 0, message, None, None)
        record.__dict__.update(extra)
        handler.handle(record)
    handler.close()
    return stream.getvalue()


FACTS = ["train failed (log: a.log)", "Exiting because a job execution failed.", "1 of 2 trainings are missing."]


def test_a_pipe_gets_the_facts_and_the_summary(plugin: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    *facts, summary = printed(plugin, io.StringIO(), monkeypatch).splitlines()
    assert facts == FACTS
    assert summary.startswith("1 of 2 trainings done, 1 failed; 1 of 3 jobs in ")


def test_on_a_terminal_the_line_is_redrawn_below_the_facts(plugin: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    text = printed(plugin, Terminal(), monkeypatch)
    assert re.findall(r"\r\033\[K(.*)\n", text)[:3] == FACTS
    assert "\r1 of 2 trainings done, 1 running, 0.0 s left\033[K\r" in text


def test_a_dry_run_prints_what_snakemake_prints(plugin: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = printed(plugin, io.StringIO(), monkeypatch, dryrun=True).splitlines()
    assert lines[:3] == ["Building DAG of jobs...", "Job stats: ...", "Select jobs to execute..."]
