"""Checkpoints: a training that was cut off continues after its last whole epoch, to the same bytes."""

import contextlib
import hashlib
import io
import json
import logging
import os
import pickle
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

SECONDS_BETWEEN = 1.0  # writes, at least: a run of seconds is sooner repeated than kept
LARGEST_COST = 0.02  # of the training's time; on a slow disk there are fewer checkpoints


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingState:
    """All that an epoch changes, and whose it is."""

    identity: Mapping[str, Any]  # what decides the numbers, ready for JSON
    model: nn.Module
    optimizer: Optimizer
    scheduler: LRScheduler | None
    shuffling: torch.Generator

    def values(self) -> dict[str, Any]:
        """Return it as tensors and plain values, with torch's random state, which dropout draws from."""
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scheduler": self.scheduler.state_dict() if self.scheduler else None,
            "shuffling": self.shuffling.get_state(),
            "random": torch.get_rng_state(),
            "random_cuda": torch.cuda.get_rng_state() if self._on_cuda() else None,
        }

    def restore(self, values: Mapping[str, Any]) -> None:
        """Take over what `values` returned; every tensor of the model stays where it is in memory."""
        self.model.load_state_dict(values["model"])
        self.optimizer.load_state_dict(values["optimizer"])
        if self.scheduler:
            self.scheduler.load_state_dict(values["scheduler"])
        self.shuffling.set_state(values["shuffling"])
        torch.set_rng_state(values["random"])
        if self._on_cuda():
            torch.cuda.set_rng_state(values["random_cuda"])

    def _on_cuda(self) -> bool:
        return next(self.model.parameters()).is_cuda


@dataclass(frozen=True, slots=True)
class Done:
    """How far a training had come."""

    epochs: list[dict[str, Any]] = field(default_factory=list)  # its records, as plain values
    seconds: float = 0.0


class Checkpoint:
    """The file that keeps one training's state while it lasts.

    `circumstances` is whatever else must be the same for the same bytes: the code, the data
    and the processor. The file's first line is two SHA-256: whose it is, and of its content.
    """

    def __init__(self, path: Path, circumstances: str) -> None:
        self._path, self._circumstances = path, circumstances
        self._next_write = time.monotonic() + SECONDS_BETWEEN

    def restore(self, state: TrainingState) -> Done:
        """Bring a state to where the file left it; say in the log why where the file is of no use."""
        try:
            content = self._read(state)
        except FileNotFoundError:
            return Done()
        except (OSError, ValueError) as error:
            logging.info("The checkpoint %s is ignored: %s.", self._path, error)
            return Done()
        state.restore(content["state"])
        logging.info("Continues after epoch %d, from %s.", len(content["epochs"]), self._path)
        return Done(content["epochs"], content["seconds"])

    def keep(self, state: TrainingState, epochs: Sequence["DataclassInstance"], seconds: float) -> None:
        """Write the file, unless the last one is too recent. A full disk is no reason to end a training."""
        started = time.monotonic()
        if started < self._next_write:
            return
        try:
            self._write(state, {"state": state.values(), "epochs": [*map(asdict, epochs)], "seconds": seconds})
        except OSError as error:
            logging.info("No checkpoint could be written: %s.", error)
        ended = time.monotonic()
        self._next_write = ended + max(SECONDS_BETWEEN, (ended - started) / LARGEST_COST)

    def remove(self) -> None:
        """Delete the file, and its folder and the one above where nothing else is in them."""
        for path in (self._path, self._temporary):
            path.unlink(missing_ok=True)
        for folder in self._path.parents[:2]:
            with contextlib.suppress(OSError):
                folder.rmdir()

    @property
    def _temporary(self) -> Path:
        # Always the same name: what a kill leaves of it is overwritten by the next one.
        return self._path.with_suffix(".tmp")

    def _identity(self, state: TrainingState) -> str:
        everything = {**state.identity, "circumstances": self._circumstances, "torch": str(torch.__version__)}
        return hashlib.sha256(json.dumps(everything, sort_keys=True).encode()).hexdigest()

    def _write(self, state: TrainingState, content: dict[str, Any]) -> None:
        buffer = io.BytesIO()
        torch.save(content, buffer)
        digest = hashlib.sha256(buffer.getbuffer()).hexdigest()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._temporary.open("wb") as stream:
            stream.write(f"{self._identity(state)} {digest}\n".encode())
            stream.write(buffer.getbuffer())
            stream.flush()
            os.fsync(stream.fileno())  # or the new name could outlive a power cut, and the bytes not
        self._temporary.replace(self._path)

    def _read(self, state: TrainingState) -> dict[str, Any]:
        """Return what `_write` wrote; ValueError says why it cannot be used."""
        line, _, payload = self._path.read_bytes().partition(b"\n")
        identity, _, digest = line.partition(b" ")
        if digest.decode("ascii", "replace") != hashlib.sha256(payload).hexdigest():
            raise ValueError("it is damaged")
        if identity.decode("ascii", "replace") != self._identity(state):
            raise ValueError("it belongs to other settings, other code or data, or another machine")
        try:
            content: dict[str, Any] = torch.load(io.BytesIO(payload), map_location="cpu", weights_only=True)
        except (RuntimeError, EOFError, pickle.UnpicklingError) as error:
            raise ValueError(f"it holds no training state ({type(error).__name__})") from None
        return content
