"""From results to HTML and PDF."""
