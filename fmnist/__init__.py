"""Replicate a Fashion-MNIST report: train its networks, compare, and write it anew."""
