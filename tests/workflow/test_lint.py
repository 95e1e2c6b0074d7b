"""`snakemake --lint` is clean but for what is explained here."""

import re
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]

EXPLAINED = {
    # One environment serves every rule: .venv, made by `make setup` from requirements.lock,
    # whose hashes pin more than a conda file per rule would.
    "Specify a conda environment or container for each rule.",
}


def test_the_linter_finds_nothing_that_is_not_explained() -> None:
    command = [sys.executable, "-m", "snakemake", "--lint"]
    answer = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    titles = re.findall(r"^    \* (.+?):?$", answer.stdout + answer.stderr, re.MULTILINE)
    assert titles, f"the linter did not look at the rules: {answer.stderr}"
    assert [title for title in titles if title not in EXPLAINED] == []
