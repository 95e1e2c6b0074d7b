"""Replicate a Fashion-MNIST report: train its networks, compare the numbers, write the report."""
