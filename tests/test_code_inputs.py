"""The code inputs of the train rule: every module that decides a run's numbers, and no other."""

import ast
import re
from pathlib import Path

from builders import ROOT

PACKAGE = ROOT / "fmnist"
ENTRANCES = ("training.py", "devices.py")
DECIDES_NOTHING = {"errors.py"}
BESIDE_A_MODULE = {  # read by the module, not imported
    "native/build.py": {
        f"native/{path.name}" for path in (PACKAGE / "native").iterdir() if path.suffix in {".cpp", ".h"}
    }
}


def named_code(rules: str, name: str) -> list[str]:
    """Return the modules that a rule file lists under a name, such as TRAINING_CODE."""
    text = (ROOT / "workflow/rules" / rules).read_text(encoding="utf-8")
    (names,) = re.findall(rf"^{name} = modules(\(.*?\))$", text, flags=re.MULTILINE | re.DOTALL)
    return list(ast.literal_eval(names))


def training_code() -> list[str]:
    return named_code("train.smk", "TRAINING_CODE")


def file_of(module: str) -> str | None:
    """Return the file of a module such as fmnist.native.build below the package; None where it is no module."""
    path = PACKAGE.joinpath(*module.split(".")[1:])
    if path.with_suffix(".py").is_file():
        return path.with_suffix(".py").relative_to(PACKAGE).as_posix()
    return f"{path.relative_to(PACKAGE).as_posix()}/__init__.py" if (path / "__init__.py").is_file() else None


def imported_modules(source: str) -> set[str]:
    """Return every name that a source imports from the package, wherever the import stands."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports would need following too"
            found |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name for name in found if name.startswith("fmnist.")}


def imported_files(file: str) -> set[str]:
    names = imported_modules((PACKAGE / file).read_text(encoding="utf-8"))
    return {found for found in map(file_of, names) if found}


def everything_behind(entrances: tuple[str, ...]) -> set[str]:
    seen: set[str] = set()
    waiting = list(entrances)
    while waiting:
        file = waiting.pop()
        if file not in seen:
            seen.add(file)
            waiting += imported_files(file)
    return seen


def is_empty(file: str) -> bool:
    """Tell whether a module holds nothing but its docstring."""
    return all(isinstance(node, ast.Expr) for node in ast.parse((PACKAGE / file).read_text(encoding="utf-8")).body)


def test_the_train_rule_names_every_module_that_decides_numbers() -> None:
    behind = everything_behind(ENTRANCES)
    packages = {file for file in behind | {"__init__.py", "native/__init__.py"} if Path(file).name == "__init__.py"}
    assert [file for file in packages if not is_empty(file)] == []
    beside = {name for module in behind for name in BESIDE_A_MODULE.get(module, ())}
    assert set(training_code()) == (behind - packages - DECIDES_NOTHING) | beside


def test_the_train_rule_names_each_once_in_order() -> None:
    assert training_code() == sorted(set(training_code()))


def test_the_claims_rule_names_every_module_that_decides_a_verdict() -> None:
    behind = everything_behind(("claims.py",))
    deciding = {file for file in behind if file.startswith("claim") or file in ("statistics.py", "verdicts.py")}
    assert named_code("claims.smk", "CLAIM_CODE") == sorted(deciding)


# Names and checks that several stages share; none of them decides a number.
SHARED = {"data_files.py", "dataset.py", "errors.py", "idx.py", "known_tables.py"}


def test_the_rules_on_predictions_name_every_module_that_decides_a_number() -> None:
    confusion = everything_behind(("confusion.py", "predictions.py")) - SHARED
    assert named_code("classes.smk", "CONFUSION_CODE") == sorted(confusion - {"statistics.py"})  # its types
    noise = everything_behind(("image_noise.py", "known_noise.py", "predictions.py")) - SHARED
    assert named_code("claims.smk", "NOISE_CODE") == sorted(noise)


def test_the_rule_of_class_figures_names_every_module_that_it_is_drawn_by() -> None:
    drawn = everything_behind(("class_figures.py",)) & {
        "claim_words.py",
        *(path.name for path in PACKAGE.glob("class*.py")),
        "confusion.py",
        "plot_style.py",
        "statistics.py",
    }
    assert sorted(named_code("classes.smk", "CLASS_FIGURE_CODE")) == sorted(drawn)


def test_no_plotting_and_no_tables_are_behind_a_training() -> None:
    assert not everything_behind(ENTRANCES) & {"figures.py", "plot_style.py", "tables.py", "report.py", "joblog.py"}


def test_imports_are_found_in_every_form() -> None:
    source = "import fmnist.files\ndef f():\n    from fmnist import tables\n    from fmnist.native.build import build\n"
    files = {file_of(name) for name in imported_modules(source)} - {None}
    assert files == {"files.py", "tables.py", "native/build.py"}
