"""What names the version says the same, and a wheel holds every package."""

import re
import tomllib

import yaml
from builders import ROOT
from setuptools import find_packages

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_version_is_the_same_everywhere() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    newest = re.search(r"^## (\S+) \((\S+)\)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest
    assert newest.groups() == (citation["version"], str(citation["date-released"]))
    assert PYPROJECT["project"]["version"] == citation["version"]


def test_a_wheel_holds_every_package() -> None:
    (pattern,) = PYPROJECT["tool"]["setuptools"]["packages"]["find"]["include"]
    packages = {path.parent for path in (ROOT / "fmnist").rglob("__init__.py")}
    found = find_packages(str(ROOT), include=[pattern])
    assert {ROOT / name.replace(".", "/") for name in found} == packages
