"""Obtain, verify and parse the images."""
