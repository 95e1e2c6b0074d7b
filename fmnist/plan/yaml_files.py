"""Read YAML strictly: a broken file, a key given twice or an ambiguous number ends in one sentence."""

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml

from fmnist.common.errors import ConfigError
from fmnist.common.files import read_bytes
from fmnist.common.validation import shown

RUNS_CODE = "__use_yte__"  # with this key Snakemake loads YAML as a template with Python in it
LONGEST_NUMBER = 4096  # bits
MOST_BYTES = 1 << 20  # take 10 seconds to read
MOST_VALUES = 1_000_000  # a few nested aliases can expand to more than any memory holds
AMBIGUOUS = re.compile(r"[-+]?(0[0-7_]+|.*:.*)")  # YAML 1.1 reads 010 as 8 and 1:30 as 90


class _StrictLoader(yaml.SafeLoader):
    """YAML's safe loader, which also refuses keys given twice and numbers that are not decimal."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str | int | float | bool | None):
                raise _at(key_node, f"the key is {_source(key_node)}; expected a plain word or number")
            if key in seen:
                raise _at(key_node, f"the key {key!r} is given twice; expected once")
            seen.add(key)
        return super().construct_mapping(node, deep)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            value = super().construct_object(node, deep)
        except (ValueError, LookupError, AttributeError):  # which PyYAML does not catch: `!!int ""`, 2024-13-45
            kind = node.tag.rpartition(":")[2]
            raise _at(node, f"{_source(node)} is not a value of the type {kind!r}") from None
        if isinstance(value, int | float) and AMBIGUOUS.fullmatch(str(node.value)):
            raise _at(node, f"{_source(node)} means {value} in YAML; expected a decimal number, or text in quotes")
        if isinstance(value, int) and value.bit_length() > LONGEST_NUMBER:  # Python would refuse to print it
            raise _at(node, f"{_source(node)} is too long a number")
        return value


def _source(node: yaml.Node) -> str:
    """Show a node as the file writes it, cut to 80 characters. Aliases are not expanded."""
    kind = "a list" if isinstance(node, yaml.SequenceNode) else "a mapping"
    text = repr(node.value) if isinstance(node, yaml.ScalarNode) else kind
    return text if len(text) <= 80 else text[:77] + "..."


def _at(node: yaml.Node, problem: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)


def read_yaml(path: Path) -> Any:
    """Read a YAML file, safely and strictly.

    Raises ConfigError where the file is missing, does not parse, or has a key twice or an ambiguous number.
    """
    try:
        document = yaml.load(read_bytes(path, MOST_BYTES).decode(), Loader=_StrictLoader)  # noqa: S506
    except FileNotFoundError:
        raise ConfigError(f"{path} does not exist; expected a YAML file.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}.") from None
    except RecursionError:
        raise ConfigError(f"{path} is not valid YAML: it is nested too deeply.") from None
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError(f"{path} is not valid YAML: {_yaml_problem(error)}.") from None
    if isinstance(document, dict) and RUNS_CODE in document:
        raise ConfigError(f"{path}: {RUNS_CODE} makes Snakemake run what the file says; expected a file without it.")
    if _size(document, {}) > MOST_VALUES:
        raise ConfigError(f"{path} has more than {MOST_VALUES:,} values; expected fewer, or fewer aliases.")
    return document


def read_mapping(path: Path) -> dict[str, Any]:
    """Read a YAML file that holds a mapping. Raises ConfigError where it holds anything else."""
    document = read_yaml(path)
    if not isinstance(document, dict):
        raise ConfigError(f"{path} is {shown(document)}; expected a mapping of keys to values.")
    return document


def _size(value: Any, known: dict[int, int]) -> int:
    """Count the values of a document with its aliases expanded, visiting each value once."""
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
