"""Print the packages of fmnist and their imports in Graphviz' language: `make drawings`."""

import ast
import textwrap
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "fmnist"


def imported(package: Path) -> set[str]:
    """Return the packages of ours that the modules of one import."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in package.rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    names = {str(node.module).split(".")[1] for node in nodes if str(node.module).startswith("fmnist.")}
    return names - {package.name}


def main() -> None:
    """Print one box a package, with what it is for, and an arrow to each package that imports it."""
    print('digraph { rankdir=LR; node [shape=box style=rounded fontname="sans" fontsize=11]; edge [color=grey40];')
    for folder in sorted(path.parent for path in PACKAGE.glob("*/__init__.py")):
        purpose = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
        lines = "<br/>".join(textwrap.wrap(purpose, 26))
        print(f"{folder.name} [label=<<b>{folder.name}</b><br/>{lines}>];")
        for name in sorted(imported(folder)):
            print(f"{name} -> {folder.name};")
    print("}")


if __name__ == "__main__":
    main()
