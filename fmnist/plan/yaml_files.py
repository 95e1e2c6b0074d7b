"""Strict reading of YAML: a duplicate key or a broken file ends in one sentence."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml

from fmnist.common.errors import ConfigError
from fmnist.common.validation import shown

RUNS_CODE = "__use_yte__"  # with this key Snakemake loads YAML as a template with Python in it
LONGEST_NUMBER = 4096  # bits
MOST_VALUES = 1_000_000  # a few nested aliases can stand for more than any memory holds


class _StrictLoader(yaml.SafeLoader):
    """YAML's safe loader, except that a key that stands twice is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str | int | float | bool | None):
                raise _at(key_node, f"the key is {_source(key_node)}; allowed: a plain word or number")
            if key in seen:
                raise _at(key_node, f"the key {key!r} stands twice in the same place; allowed: once")
            seen.add(key)
        return super().construct_mapping(node, deep)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            value = super().construct_object(node, deep)
        except (ValueError, LookupError, AttributeError):  # what PyYAML lets through: `!!int ""`, 2024-13-45
            kind = node.tag.rpartition(":")[2]
            raise _at(node, f"{_source(node)} is no value of the type {kind!r}") from None
        if isinstance(value, int) and value.bit_length() > LONGEST_NUMBER:  # Python would refuse to print it
            raise _at(node, f"{_source(node)} is too long a number")
        return value


def _source(node: yaml.Node) -> str:
    """Show a node as the file writes it, cut: what aliases stand for can be endless."""
    kind = "a list" if isinstance(node, yaml.SequenceNode) else "a mapping"
    text = repr(node.value) if isinstance(node, yaml.ScalarNode) else kind
    return text if len(text) <= 80 else text[:77] + "..."


def _at(node: yaml.Node, problem: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)


def read_yaml(path: Path) -> Any:
    """Read a YAML file, safely and strictly.

    Raises ConfigError in one sentence where the file is missing, does not parse or holds
    the same key twice.
    """
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_StrictLoader)  # noqa: S506
    except FileNotFoundError:
        raise ConfigError(f"{path} does not exist; give a YAML file that does.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}.") from None
    except RecursionError:
        raise ConfigError(f"{path} is not valid YAML: it is nested too deeply.") from None
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError(f"{path} is not valid YAML: {_yaml_problem(error)}.") from None
    if isinstance(document, dict) and RUNS_CODE in document:
        raise ConfigError(f"{path}: {RUNS_CODE} makes Snakemake run what the file says; expected a file without it.")
    if _size(document, {}) > MOST_VALUES:
        raise ConfigError(f"{path} stands for more than {MOST_VALUES:,} values; allowed: fewer, or fewer aliases.")
    return document


def read_mapping(path: Path) -> dict[str, Any]:
    """Read a YAML file that holds a mapping. Raises ConfigError where it holds anything else."""
    document = read_yaml(path)
    if not isinstance(document, dict):
        raise ConfigError(f"{path} is {shown(document)}; expected a mapping of keys to values.")
    return document


def _size(value: Any, known: dict[int, int]) -> int:
    """Count what a document stands for, each alias written out; in one pass over what it holds."""
    if id(value) not in known:
        known[id(value)] = 1  # so that a value inside itself ends here
        children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        known[id(value)] = 1 + sum(_size(child, known) for child in children)
    return known[id(value)]


def stop_unless_readable(paths: Iterable[str | Path]) -> None:
    """End the program with one sentence where a config file is missing, broken or no mapping."""
    try:
        for path in paths:
            read_mapping(Path(path))
    except ConfigError as error:
        raise SystemExit(f"Error: {error}") from None


def read_configs(paths: Sequence[Path]) -> dict[str, Any]:
    """Read config files, later ones laid over earlier ones as Snakemake does it. Raises ConfigError for a fault."""
    from snakemake.utils import update_config  # only here: the package does without Snakemake

    config: dict[str, Any] = {}
    for path in paths:
        update_config(config, read_mapping(path))
    return config


def _yaml_problem(error: Exception) -> str:
    problem = getattr(error, "problem", None) or str(error).replace("\n", " ")
    mark = getattr(error, "problem_mark", None)
    return f"line {mark.line + 1}, column {mark.column + 1}: {problem}" if mark else problem


if __name__ == "__main__":
    stop_unless_readable(sys.argv[1:])
