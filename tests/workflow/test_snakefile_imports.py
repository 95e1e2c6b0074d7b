"""What the Snakefile imports is imported by every job once more: nothing that takes long."""

import re
import subprocess
import sys

from builders import ROOT

SLOW = ("matplotlib", "numpy", "pandas", "scipy", "torch")


def test_reading_the_workflow_imports_nothing_slow() -> None:
    rules = [ROOT / "Snakefile", *sorted((ROOT / "workflow/rules").glob("*.smk"))]
    # At the left margin: what stands in a function is imported where it is needed.
    lines = [line for path in rules for line in re.findall(r"(?m)^from fmnist\S* import .*$", path.read_text("utf-8"))]
    assert lines
    code = "\n".join([*lines, "import sys", f"print([name for name in {SLOW} if name in sys.modules])"])
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert answer.stdout.strip() == "[]"
