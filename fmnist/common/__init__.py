"""What every step shares: errors, atomic files, checksums, the wording of numbers and names."""
