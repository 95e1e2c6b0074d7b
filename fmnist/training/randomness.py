"""Separate random streams, so that equal seeds pair runs of different settings."""

import hashlib

import torch

PURPOSES = ("initialisation", "shuffling", "dropout")


def stream_seed(seed: int, purpose: str) -> int:
    """Derive the 63-bit seed of one purpose's stream from a run's seed.

    A hash, not `seed + offset`: neighbouring seeds must not share streams. Raises
    ValueError for an unknown purpose.
    """
    if purpose not in PURPOSES:
        raise ValueError(f"purpose is {purpose!r}; allowed: {', '.join(PURPOSES)}")
    digest = hashlib.sha256(f"{purpose} {seed}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def shuffling_generator(seed: int) -> torch.Generator:
    """Return the generator of a run's epoch permutations, on the CPU.

    Only the seed decides it: every configuration sees the images in the same order, on
    every device.
    """
    return torch.Generator().manual_seed(stream_seed(seed, "shuffling"))
