"""One process per contender, which runs one block of steps at a time so that contenders can alternate."""

import contextlib
import multiprocessing
import os
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from cases import EPOCH, case_config, load_arrays
from one_core import pin
from peers import CONTENDERS, NoEngineError, NotInstalledError, Train

PATIENCE = 900  # seconds to wait for any answer: torch.compile compiles for minutes
CALIBRATION = 0.25  # least seconds of steps from which to calculate the size of a block


@dataclass(frozen=True, slots=True)
class Plan:
    """What a contender has to do."""

    contender: str
    case: str
    data: Path
    seconds: float  # of a block, approximately; at most an epoch
    core: int | None


@dataclass
class Rival:
    """A contender's process and its measurements."""

    plan: Plan
    steps: int = 0  # of a block
    epochs: list[float] = field(default_factory=list)  # seconds per epoch, one per round
    problem: str = ""  # "not installed: ...", "none: ..." or "failed: ..."; empty without a problem

    def __post_init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, self.plan), daemon=False)
        self._process.start()
        theirs.close()
        self.steps = int(self._answer())

    def measure(self) -> None:
        """Run one block."""
        if not self.problem:
            self._connection.send(self.steps)
            seconds = self._answer()
            if not self.problem:
                self.epochs.append(seconds / self.steps * EPOCH / case_config(self.plan.case).batch_size)

    def close(self) -> None:
        """End the process."""
        with contextlib.suppress(OSError):
            self._connection.send(0)
        self._process.join(5)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def _answer(self) -> float:
        try:
            answer = self._connection.recv() if self._connection.poll(PATIENCE) else f"failed: silent for {PATIENCE} s"
        except EOFError:
            self._process.join(5)
            answer = f"failed: its process ended with exit code {self._process.exitcode}"
        if isinstance(answer, str):
            self.problem = answer
            return 0
        return float(answer)


def _work(connection: Connection, plan: Plan) -> None:
    """Run as the process: set up, send the steps of a block, then run blocks until 0 arrives."""
    try:
        train = _set_up(plan)
        connection.send(_steps_of_a_block(train, plan))
        while steps := connection.recv():
            connection.send(train(steps))
    except EOFError:
        pass  # the parent is gone
    except NotInstalledError as error:
        connection.send(f"not installed: {error}")
    except NoEngineError as error:
        connection.send(f"none: {error}")
    except Exception as error:  # any error of a library is a row of the table
        connection.send(f"failed: {_one_line(error)}")


def _set_up(plan: Plan) -> Train:
    pin(plan.core)
    # Discard what libraries print: the table goes to stdout.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(0)
    return CONTENDERS[plan.contender].build(case_config(plan.case), load_arrays(plan.data))


def _steps_of_a_block(train: Train, plan: Plan) -> int:
    """Warm up: double the steps until their time is measurable, then run one block unmeasured."""
    most = EPOCH // case_config(plan.case).batch_size
    steps = 2
    train(steps)
    while (seconds := train(steps)) < min(CALIBRATION, plan.seconds) and steps < most:
        steps = min(2 * steps, most)
        train(steps)  # a new number of steps may compile again
    steps = max(1, min(most, round(plan.seconds / seconds * steps)))
    train(steps)
    return steps


def _one_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0] if lines else 'no message'}"[:200]
