"""What Snakemake's linter says of the rules, and what reading them imports."""

import re
import subprocess
import sys

import pytest
from builders import ROOT

pytestmark = pytest.mark.slow

EXPLAINED = {
    # One environment serves every rule: .venv, made by `make setup` from requirements.lock,
    # whose hashes pin more than a conda file per rule would.
    "Specify a conda environment or container for each rule.",
}
SLOW = ("matplotlib", "numpy", "pandas", "scipy", "torch")


def test_the_linter_finds_only_what_is_explained() -> None:
    command = [sys.executable, "-m", "snakemake", "--lint"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    titles = re.findall(r"^    \* (.+?):?$", answer.stdout + answer.stderr, re.MULTILINE)
    assert titles, f"the linter did not look at the rules: {answer.stderr}"
    assert set(titles) == EXPLAINED


def test_reading_the_workflow_imports_nothing_slow() -> None:
    """Every job reads the workflow once more."""
    rules = [ROOT / "workflow/Snakefile", *sorted((ROOT / "workflow/rules").glob("*.smk"))]
    # Imports inside a function begin further right, and happen only where they are needed.
    lines = [line for path in rules for line in re.findall(r"(?m)^from fmnist\S* import .*$", path.read_text("utf-8"))]
    assert lines
    code = "\n".join([*lines, "import sys", f"print([name for name in {SLOW} if name in sys.modules])"])
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert answer.stdout.strip() == "[]"


def test_judging_claims_needs_no_torch() -> None:
    arguments = ["reference/runs.csv", "reference/loss.csv"]
    code = f"import sys; from fmnist.claims.__main__ import main; main({arguments}); print('torch' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert answer.stdout.endswith("\nFalse\n")
