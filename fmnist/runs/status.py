"""What a workflow has done so far, in one line: trainings done, running and failed, and the time left."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fmnist.common.wording import counted, duration


@dataclass
class Status:
    """Counts of a workflow's jobs; `now` is any clock in seconds, the same in every call."""

    started: float
    jobs: int = 0  # of all kinds
    jobs_done: int = 0
    work: Mapping[int, float] = field(default_factory=dict)  # of each planned training, by job id
    done: set[int] = field(default_factory=set)
    failed: set[int] = field(default_factory=set)
    running: dict[int, float] = field(default_factory=dict)  # since when
    seconds: float = 0.0  # that the trainings in `done` took, added up

    def start(self, jobs: Iterable[int], now: float) -> None:
        """Note jobs that start; one that failed before is tried again."""
        trainings = set(jobs) & self.work.keys()
        self.failed -= trainings
        self.running |= dict.fromkeys(trainings, now)

    def finish(self, job: int, now: float) -> None:
        """Note a job that has ended well."""
        self.jobs_done += 1
        if job in self.running:
            self.seconds += now - self.running.pop(job)
            self.done.add(job)

    def fail(self, job: int) -> None:
        """Note a job that has failed."""
        if self.running.pop(job, None) is not None:
            self.failed.add(job)

    def line(self, now: float) -> str:
        """Return the line: of the trainings while there are any left, then of all jobs."""
        if len(self.done) == len(self.work):
            return f"{self.jobs_done} of {counted(self.jobs, 'job')} done"
        left, so_far = self.seconds_left(now), duration(now - self.started)
        parts = [f"{len(self.done)} of {counted(len(self.work), 'training')} done"]
        parts += [f"{len(self.running)} running"] if self.running else []
        parts += [f"{len(self.failed)} failed"] if self.failed else []
        parts += [f"{so_far} so far" if left is None else f"{duration(left)} left"]
        return ", ".join(parts)

    def seconds_left(self, now: float) -> float | None:
        """Return how long the other trainings will take, as many at once as now; None before the first is done."""
        worked = sum(self.work[job] for job in self.done)
        if not worked or not self.running:
            return None
        waiting = self.work.keys() - self.done - self.failed - self.running.keys()
        pace = self.seconds / worked
        ahead = [pace * self.work[job] for job in waiting]
        ahead += [max(0.0, pace * self.work[job] - (now - since)) for job, since in self.running.items()]
        return sum(ahead) / len(self.running)

    def summary(self, now: float) -> str:
        """Return what was done in the end, and in which time."""
        failed = f", {len(self.failed)} failed" if self.failed else ""
        trainings = f"{len(self.done)} of {counted(len(self.work), 'training')} done{failed}; " if self.work else ""
        return f"{trainings}{self.jobs_done} of {counted(self.jobs, 'job')} in {duration(now - self.started)}."
