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
            **{name: part.state_dict() for name, part in self._parts().items()},
            "shuffling": self.shuffling.get_state(),
            "dropout": torch.get_rng_state(),
            "dropout_cuda": torch.cuda.get_rng_state() if torch.cuda.is_initialized() else None,
        }

    def restore(self, values: Mapping[str, Any]) -> None:
        """Load what `values` returned. The model's tensors keep their addresses, which the native kernels hold."""
        for name, part in self._parts().items():
            part.load_state_dict(values[name])
        self.shuffling.set_state(values["shuffling"])
        torch.set_rng_state(values["dropout"])
        if values["dropout_cuda"] is not None:
            torch.cuda.set_rng_state(values["dropout_cuda"])

    def _parts(self) -> dict[str, Any]:
        parts = {"model": self.model, "optimizer": self.optimizer, "scheduler": self.scheduler}
        return {name: part for name, part in parts.items() if part}


class Checkpoint:
    """The file that keeps one training's state while the training lasts.

    `circumstances` is text that must also be equal for equal bytes: code, data and processor.
    The file's first line is one SHA-256 over the identity, the circumstances and the content.
    """

    def __init__(self, path: Path, circumstances: str) -> None:
        self._path, self._circumstances = path, circumstances
        self._temporary = path.with_suffix(".tmp")  # a fixed name: the next write overwrites what a kill left
        self._last_write = time.monotonic()

    def restore(self, state: TrainingState) -> tuple[list[dict[str, Any]], float]:
        """Load the file into a state; return the records of the epochs done and the seconds they took.

        Without a usable file the state stays as it is, and the log says why.
        """
        try:
            digest, _, payload = self._path.read_bytes().partition(b"\n")
            if digest != self._digest(state, payload):
                raise ValueError("it is damaged, or belongs to other settings, code or data, or to another machine.")
            content = torch.load(io.BytesIO(payload), map_location="cpu", weights_only=True)
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
        if time.monotonic() < self._last_write + SECONDS_BETWEEN:
            return
        buffer = io.BytesIO()
        torch.save({"state": state.values(), "epochs": epochs, "seconds": seconds}, buffer)
        payload = buffer.getvalue()
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._temporary.write_bytes(self._digest(state, payload) + b"\n" + payload)
            self._temporary.replace(self._path)
        except OSError as error:
            logging.info("No checkpoint could be written: %s.", error)
        self._last_write = time.monotonic()

    def remove(self) -> None:
        """Delete the file, and its two folders if they are empty; what cannot be deleted does no harm."""
        folders = self._path.parents[:2]
        for delete in (self._path.unlink, self._temporary.unlink, *(folder.rmdir for folder in folders)):
            with contextlib.suppress(OSError):
                delete()

    def _digest(self, state: TrainingState, payload: bytes) -> bytes:
        identity = {**state.identity, "circumstances": self._circumstances, "torch": str(torch.__version__)}
        return hashlib.sha256(json.dumps(identity, sort_keys=True).encode() + payload).hexdigest().encode()
