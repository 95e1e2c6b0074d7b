"""The scripts of benchmarks/ import each other by their bare names."""

import sys

from builders import ROOT

sys.path.append(str(ROOT / "benchmarks"))
