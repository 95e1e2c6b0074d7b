"""Numbers from runs: statistics, tables, confusion matrices, noise of the test images."""
