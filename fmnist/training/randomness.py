"""Separate random streams, so that runs of different settings with one seed can be compared in pairs."""

import hashlib

import torch


def stream_seed(seed: int, purpose: str) -> int:
    """Derive the 63-bit seed of a stream (initialisation, shuffling or dropout) from a run's seed.

    A hash keeps the streams of neighbouring seeds apart; `seed + offset` would not.
    """
    digest = hashlib.sha256(f"{purpose} {seed}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def shuffling_generator(seed: int) -> torch.Generator:
    """Return the generator of a run's epoch permutations, on the CPU.

    It depends on the seed alone: every configuration sees the images in the same order,
    on every device.
    """
    return torch.Generator().manual_seed(stream_seed(seed, "shuffling"))
