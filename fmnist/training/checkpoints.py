"""Checkpoints: an interrupted training continues after its last whole epoch, and ends with the same bytes."""

import contextlib
import hashlib
import io
import json
import logging
import pickle
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

SECONDS_BETWEEN = 1.0  # at least, from one write to the next: a second of training is cheap to repeat
LARGEST_COST = 0.02  # share of the time that writing may take; a slow disk gets fewer checkpoints


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingState:
    """Everything that an epoch changes, and the identity of the training."""

    identity: Mapping[str, Any]  # what decides the numbers, as JSON can hold it
    model: nn.Module
    optimizer: Optimizer
    scheduler: LRScheduler | None
    shuffling: torch.Generator

    def values(self) -> dict[str, Any]:
        """Return the state as tensors and plain values."""
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scheduler": self.scheduler.state_dict() if self.scheduler else None,
            "shuffling": self.shuffling.get_state(),
            "dropout": torch.get_rng_state(),
            "dropout_cuda": torch.cuda.get_rng_state() if torch.cuda.is_initialized() else None,
        }

    def restore(self, values: Mapping[str, Any]) -> None:
        """Load what `values` returned. The model's tensors keep their addresses, which the native kernels hold."""
        self.model.load_state_dict(values["model"])
        self.optimizer.load_state_dict(values["optimizer"])
        if self.scheduler:
            self.scheduler.load_state_dict(values["scheduler"])
        self.shuffling.set_state(values["shuffling"])
        torch.set_rng_state(values["dropout"])
        if values["dropout_cuda"] is not None:
            torch.cuda.set_rng_state(values["dropout_cuda"])


class Checkpoint:
    """The file that keeps one training's state while the training lasts.

    `circumstances` is text that must also be equal for equal bytes: code, data and processor.
    The file's first line is one SHA-256 over the identity, the circumstances and the content.
    """

    def __init__(self, path: Path, circumstances: str) -> None:
        self._path, self._circumstances = path, circumstances
        self._temporary = path.with_suffix(".tmp")  # a fixed name: the next write overwrites what a kill left
        self._next_write = time.monotonic() + SECONDS_BETWEEN

    def restore(self, state: TrainingState) -> tuple[list[dict[str, Any]], float]:
        """Load the file into a state; return the records of the epochs done and the seconds they took.

        Without a usable file the state stays as it is, and the log says why.
        """
        try:
            content = self._read(state)
        except FileNotFoundError:
            return [], 0.0
        except (OSError, ValueError, pickle.UnpicklingError) as error:
            logging.info("The checkpoint %s is ignored: %s", self._path, error)
            return [], 0.0
        state.restore(content["state"])
        logging.info("Continues after epoch %d, from %s.", len(content["epochs"]), self._path)
        return content["epochs"], content["seconds"]

    def keep(self, state: TrainingState, epochs: list[dict[str, Any]], seconds: float) -> None:
        """Write the file unless the last write is too recent. A failure is logged: the training can go on."""
        started = time.monotonic()
        if started < self._next_write:
            return
        try:
            self._write(state, {"state": state.values(), "epochs": epochs, "seconds": seconds})
        except OSError as error:
            logging.info("No checkpoint could be written: %s.", error)
        ended = time.monotonic()
        self._next_write = ended + max(SECONDS_BETWEEN, (ended - started) / LARGEST_COST)

    def remove(self) -> None:
        """Delete the file, and its two folders if they are empty. A failure is logged: the training is done."""
        for path in (self._path, self._temporary):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                logging.info("The checkpoint cannot be deleted, and can be deleted by hand: %s.", error)
        for folder in self._path.parents[:2]:
            with contextlib.suppress(OSError):
                folder.rmdir()

    def _write(self, state: TrainingState, content: dict[str, Any]) -> None:
        buffer = io.BytesIO()
        torch.save(content, buffer)
        payload = buffer.getvalue()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._temporary.write_bytes(self._digest(state, payload) + b"\n" + payload)
        self._temporary.replace(self._path)

    def _read(self, state: TrainingState) -> dict[str, Any]:
        digest, _, payload = self._path.read_bytes().partition(b"\n")
        if digest != self._digest(state, payload):
            raise ValueError("it is damaged, or belongs to other settings, code or data, or to another machine.")
        content: dict[str, Any] = torch.load(io.BytesIO(payload), map_location="cpu", weights_only=True)
        return content

    def _digest(self, state: TrainingState, payload: bytes) -> bytes:
        identity = {**state.identity, "circumstances": self._circumstances, "torch": str(torch.__version__)}
        return hashlib.sha256(json.dumps(identity, sort_keys=True).encode() + payload).hexdigest().encode()
