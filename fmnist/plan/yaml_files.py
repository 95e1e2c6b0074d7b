"""Strict reading of YAML: duplicates, unknown keys and wrong values are one-sentence errors."""

import difflib
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from fmnist.common.errors import ConfigError

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
    if _size(document, {}) > MOST_VALUES:
        raise ConfigError(f"{path} stands for more than {MOST_VALUES:,} values; allowed: fewer, or fewer aliases.")
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
            validate(read_yaml(Path(path)), {"type": "object"}, str(path))
    except ConfigError as error:
        raise SystemExit(f"Error: {error}") from None


def read_configs(paths: Sequence[Path]) -> dict[str, Any]:
    """Read config files, later ones laid over earlier ones as Snakemake does it. Raises ConfigError for a fault."""
    from snakemake.utils import update_config  # only here: the package does without Snakemake

    config: dict[str, Any] = {}
    for path in paths:
        layer = read_yaml(path)
        validate(layer, {"type": "object"}, str(path))
        update_config(config, layer)
    return config


def _yaml_problem(error: Exception) -> str:
    problem = getattr(error, "problem", None) or str(error).replace("\n", " ")
    mark = getattr(error, "problem_mark", None)
    return f"line {mark.line + 1}, column {mark.column + 1}: {problem}" if mark else problem


def validate(document: Any, schema: Mapping[str, Any], name: str) -> None:
    """Check a document against a JSON schema; `name` begins the error message.

    Raises ConfigError for the first fault, in one sentence that names the key, the value
    and what is allowed.
    """
    try:
        _refuse_infinities(document, name, [])
    except RecursionError:  # an alias inside what it stands for
        raise ConfigError(f"{name}: a value contains itself; allowed: plain lists and mappings.") from None
    errors = jsonschema.Draft202012Validator(schema).iter_errors(document)
    first = min(errors, key=lambda e: [str(step) for step in e.absolute_path], default=None)
    if first is not None:
        raise ConfigError(f"{name}: {_sentence(first)}.")


def validate_setting(key: str, value: Any, schema: Mapping[str, Any], where: str) -> None:
    """Check one setting of a run (`set` or `sweep`) against the schema's $defs/settings."""
    settings = schema["$defs"]["settings"]
    if key not in settings:
        raise ConfigError(f"{where}: unknown setting {key!r}; {_allowed_words(key, settings)}.")
    error = jsonschema.Draft202012Validator(settings[key])
    first = next(iter(error.iter_errors(value)), None)
    if first is not None:
        raise ConfigError(f"{where}: {_sentence(first, prefix=[key])}.")
    _refuse_infinities(value, where, [key])


def _sentence(error: jsonschema.ValidationError, prefix: Iterable[str] = ()) -> str:
    """Turn a schema error into `key is value; allowed: ...`."""
    place = _dotted([*prefix, *error.absolute_path])
    instance: Any = error.instance
    required: Any = error.validator_value
    if error.validator == "additionalProperties":
        return _unknown_key(error, place)
    if error.validator == "required":
        missing = next(k for k in required if k not in instance)
        return (
            f"the key {_dotted([*prefix, *error.absolute_path, missing])!r} is missing; allowed: any file that has it"
        )
    if "propertyNames" in error.absolute_schema_path:
        return f"{place or 'top level'} has the name {error.instance!r}; allowed: {_allowed(error)}"
    return f"{place or 'the file'} is {_shown(error.instance)}; allowed: {_allowed(error)}{_hint(error)}"


def _unknown_key(error: jsonschema.ValidationError, place: str) -> str:
    schema: Any = error.schema
    known = schema.get("properties", {})
    instance: Any = error.instance
    unknown = next(key for key in instance if key not in known)
    return f"unknown key {_dotted([place, unknown] if place else [unknown])!r}; {_allowed_words(unknown, known)}"


def _allowed_words(word: Any, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(str(word), list(known), n=1)
    return f"allowed: {', '.join(known)}" + (f" (did you mean {close[0]!r}?)" if close else "")


def _allowed(error: jsonschema.ValidationError) -> str:
    """Say what the schema allows, from its own keywords or its description."""
    schema: Any = error.schema
    if "description" in schema:
        return str(schema["description"])
    if "enum" in schema:
        return _allowed_words(error.instance, [str(v) for v in schema["enum"]]).removeprefix("allowed: ")
    kinds = schema.get("type", "value")
    kind = " or ".join(_KINDS[k] for k in ([kinds] if isinstance(kinds, str) else kinds))
    return " ".join([kind, *_bounds(schema)])


_KINDS = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "a mapping of keys to values",
    "string": "a text",
    "value": "a value",
}
_BOUNDS = {
    "minimum": "of at least {}",
    "exclusiveMinimum": "above {}",
    "maximum": "of at most {}",
    "exclusiveMaximum": "below {}",
    "minItems": "with at least {} entry",
    "minLength": "with at least {} character",
    "minProperties": "with at least {} key",
    "uniqueItems": "in which nothing stands twice",
    "pattern": "of the form {}",
}


def _bounds(schema: Mapping[str, Any]) -> list[str]:
    return [text.format(schema[key]) for key, text in _BOUNDS.items() if key in schema]


def _shown(value: Any) -> str:
    text = repr(value) if not isinstance(value, bool | None) else yaml.safe_dump(value).split()[0]
    text = text if len(text) <= 80 else text[:77] + "..."
    return f"the text {text}" if isinstance(value, str) else text


def _hint(error: jsonschema.ValidationError) -> str:
    if error.validator != "type" or not isinstance(error.instance, str):
        return ""
    try:
        number = float(error.instance)
    except ValueError:
        return ""
    if not math.isfinite(number):
        return ""
    return f" (YAML reads {error.instance.strip()} as text: write {Decimal(repr(number)).normalize():f})"


def _refuse_infinities(value: Any, name: str, path: list[Any]) -> None:
    """YAML's .nan and .inf, and integers beyond all floats, pass every bound of a schema, or none."""
    if isinstance(value, int | float) and not _is_finite(value):
        raise ConfigError(f"{name}: {_dotted(path)} is {_shown(value)}; allowed: a finite number.")
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        _refuse_infinities(child, name, [*path, key])


def _is_finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


def _dotted(path: Iterable[Any]) -> str:
    text = ""
    for step in path:
        word = step if str(step).isprintable() else repr(step)  # a line end would break the sentence
        text += f"[{word}]" if isinstance(step, int) else f".{word}" if text else str(word)
    return text


if __name__ == "__main__":
    stop_unless_readable(sys.argv[1:])
