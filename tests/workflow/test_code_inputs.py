"""The packages import only those below them, and every rule names the packages behind its script."""

import re
from pathlib import Path

import pytest
from builders import ROOT

PACKAGES = ["common", "data", "training", "plan", "runs", "analysis", "claims", "figures", "report"]
MAY_IMPORT = {name: set(PACKAGES[:place]) for place, name in enumerate(PACKAGES)}
MAY_IMPORT["training"].remove("data")
MAY_IMPORT["report"].remove("figures")
# `up_to` names these, in this order; what a change of `training` does arrives in the files of the runs.
STAGES = [name for name in MAY_IMPORT if name != "training"]
# The data are verified by checksum and the files of a run by their readers: no code decides them.
NAMES_NO_CODE = {"prepare_data", "training_state", "train"}


def imported_packages(path: Path) -> set[str]:
    """Return the packages of ours that a file imports, wherever in it the import is."""
    return set(re.findall(r"^\s*(?:from|import) fmnist\W+(?:import )?(\w+)", path.read_text("utf-8"), re.MULTILINE))


def test_a_package_imports_only_those_below_it() -> None:
    packages = {path.parent.name for path in (ROOT / "fmnist").glob("*/__init__.py")}
    assert packages == set(MAY_IMPORT)
    for package in packages:
        for path in (ROOT / "fmnist" / package).rglob("*.py"):
            assert imported_packages(path) <= MAY_IMPORT[package] | {package}, path


def rules() -> dict[str, str]:
    """Return the text of every rule that has a script, by the script's name."""
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "workflow/rules").glob("*.smk")]
    blocks = [block for text in texts for block in re.split(r"^ *rule ", text, flags=re.MULTILINE)[1:]]
    return {match[1]: block for block in blocks if (match := re.search(r'"\.\./scripts/(\w+)\.py"', block))}


@pytest.mark.parametrize("script", sorted(set(rules()) - NAMES_NO_CODE))
def test_a_rule_names_every_package_that_its_script_imports(script: str) -> None:
    block = rules()[script]
    named = set(re.findall(r'package\("(\w+)"\)', block))
    for stage in re.findall(r'up_to\("(\w+)"\)', block):
        named |= set(STAGES[: STAGES.index(stage) + 1])
    imported = imported_packages(ROOT / f"workflow/scripts/{script}.py")
    behind = imported.union(*(MAY_IMPORT[name] for name in imported))
    assert behind - {"training"} <= named


def test_the_stages_of_the_rules_are_the_packages_and_training_alone_decides_numbers() -> None:
    text = (ROOT / "workflow/rules/common.smk").read_text(encoding="utf-8")
    assert f'STAGES = "{" ".join(STAGES)}".split()' in text
    assert set(re.findall(r'package\("(\w+)"\)', rules()["training_state"])) == {"training"}
