"""The files of a run: written, checked, gathered."""
