"""From the config to experiments and their runs; what the original printed."""
