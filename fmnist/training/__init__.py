"""Everything that decides a run's numbers: an edit here trains every run again."""
