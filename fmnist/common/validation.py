"""Checks of what a person writes: pydantic finds the fault, and one sentence says it.

`config.yaml: defaults.epochs is 0; expected a whole number from 1 to 1,000,000.`
"""

import difflib
import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from fmnist.common.errors import ConfigError

# Of every declaration: unknown keys are refused, no text passes for a number, no number is infinite.
STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
LONGEST_SHOWN = 80  # characters of a value in a message

Model = TypeVar("Model")
Schema = dict[str, Any]


def checked(kind: type[Model], document: Any, place: str, prefix: Iterable[str] = ()) -> Model:
    """Build a declared object from a mapping, as a YAML file holds it.

    `place` begins the message, and `prefix` the name of the key. Raises ConfigError for the first fault.
    """
    if not isinstance(document, Mapping):
        raise ConfigError(f"{_at(place, prefix)} is {shown(document)}; expected a mapping of keys to values.")
    if wrong := [key for key in document if not isinstance(key, str)]:
        raise ConfigError(f"{_at(place, [*prefix, wrong[0]])} has a key that is no text; expected a name.")
    try:
        return kind.model_validate(document) if issubclass(kind, BaseModel) else kind(**document)
    except ValidationError as error:
        raise ConfigError(_sentence(error, json_schema(kind), place, tuple(prefix))) from None


def json_schema(kind: type) -> Schema:
    """Return the JSON schema of a declared class."""
    if kind not in _SCHEMAS:
        _SCHEMAS[kind] = TypeAdapter(kind).json_schema()
    return _SCHEMAS[kind]


_SCHEMAS: dict[type, Schema] = {}


def expected(schema: Schema) -> str:
    """Say what a part of a JSON schema accepts: `a whole number from 1 to 60,000`, `one of adam, sgd`."""
    if "expected" in schema:
        return str(schema["expected"])
    if "anyOf" in schema:
        return ", or ".join(expected(option) for option in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        values = [str(value) for value in schema.get("enum", [schema.get("const")])]
        return values[0] if len(values) == 1 else f"one of {', '.join(values)}"
    if schema.get("type") == "array":
        return _expected_list(schema)
    least = ", at least one" if schema.get("minProperties") else ""
    return f"{_KINDS[schema.get('type', 'value')]}{least}{_range(schema)}"


def shown(value: Any) -> str:
    """Write a value as a message shows it: short, and a text as such."""
    if isinstance(value, bool | None):
        return {True: "true", False: "false", None: "null"}[value]
    text = repr(value)
    text = text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 3] + "..."
    return f"{text} (text)" if isinstance(value, str) else text


def dotted(path: Iterable[Any]) -> str:
    """Write the place of a key: `experiments.pooling.sweep`, `seeds[2]`."""
    text = ""
    for step in path:
        word = step if str(step).isprintable() else repr(step)  # a line break would end the sentence
        text += f"[{word}]" if isinstance(step, int) else f".{word}" if text else str(word)
    return text


def choices(word: str, known: Iterable[str]) -> str:
    """List what is known, and what `word` was probably meant to be."""
    names = list(known)
    close = difflib.get_close_matches(word, names, n=1)
    return f"one of {', '.join(names)}" + (f" (did you mean {close[0]!r}?)" if close else "")


_KINDS = {
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "a mapping of keys to values",
    "string": "text",
    "value": "a value",
}


def _sentence(error: ValidationError, schema: Schema, place: str, prefix: tuple[str, ...]) -> str:
    fault = error.errors(include_url=False)[0]
    kind, location = fault["type"], fault["loc"]
    if kind == "value_error":  # raised by a declaration itself, about several keys
        return f"{_at(place, [*prefix, *location])}: {fault['ctx']['error']}."
    if kind in ("extra_forbidden", "unexpected_keyword_argument"):
        return _unknown_key(schema, location, place, prefix)
    if kind == "missing":
        return f"{place}: the required key {dotted([*prefix, *location])} is missing."
    if "[key]" in location:
        *around, name, _ = location
        names = _part(schema, around)[0].get("propertyNames", {})
        return f"{_at(place, [*prefix, *around])} has the name {shown(name)}; expected {expected(names)}."
    part, path = _part(schema, location)
    value = fault["input"]
    return f"{_at(place, [*prefix, *path])} is {shown(value)}; expected {expected(part)}{_hint(part, value)}."


def _unknown_key(schema: Schema, location: tuple[Any, ...], place: str, prefix: tuple[str, ...]) -> str:
    known = _required(_part(schema, location[:-1])[0], schema).get("properties", {})
    name = dotted([*prefix, *location])
    for new, declared in known.items():
        if location[-1] == declared.get("formerly"):
            return f"{place}: the key {name} is called {new} now; expected {expected(declared)}."
    return f"{place}: unknown key {name}; expected {choices(str(location[-1]), known)}."


def _part(schema: Schema, location: Iterable[Any]) -> tuple[Schema, list[Any]]:
    """Follow a location as far as the schema has one way to go; return that part and the way to it."""
    part, path = schema, []
    for step in location:
        inner = _step(_required(_resolved(part, schema), schema), step)
        if inner is None:
            break
        part = inner
        path.append(step)
    return _resolved(part, schema), path


def _step(part: Schema, step: Any) -> Schema | None:
    if isinstance(step, int):
        places = part.get("prefixItems", [])
        found = places[step] if 0 <= step < len(places) else part.get("items")
    else:
        others = [*part.get("patternProperties", {}).values(), part.get("additionalProperties")]
        found = part.get("properties", {}).get(step) or others[0]
    return found if isinstance(found, dict) else None


def _required(part: Schema, schema: Schema) -> Schema:
    """Return the one alternative to null, where a part has just that."""
    options = [option for option in part.get("anyOf", []) if option.get("type") != "null"]
    return _resolved(options[0], schema) if len(options) == 1 else part


def _resolved(part: Schema, schema: Schema) -> Schema:
    if "$ref" not in part:
        return part
    name = part["$ref"].rpartition("/")[2]
    return {**schema["$defs"][name], **{key: value for key, value in part.items() if key != "$ref"}}


def _expected_list(schema: Schema) -> str:
    if "prefixItems" in schema:
        return f"a list of {len(schema['prefixItems'])} values, each {expected(schema['prefixItems'][0])}"
    least = " of at least one value" if schema.get("minItems") else ""
    items = schema.get("items") or {}
    return f"a list{least}, each {expected(items)}" if "type" in items else f"a list{least}"


def _range(schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if low is not None and high is not None:
        return f" from {low:,} to {high:,}"
    ends = [(" of at least {:,}", low), (" above {:,}", above), (" of at most {:,}", high), (" below {:,}", below)]
    return " and".join(text.format(end) for text, end in ends if end is not None)


def _hint(part: Schema, value: Any) -> str:
    """Say how to write a number that YAML reads as text, such as 1e-3."""
    types = [option.get("type") for option in (part, *part.get("anyOf", []))]
    if not isinstance(value, str) or "number" not in types:
        return ""
    try:
        number = float(value)
    except ValueError:
        return ""
    return f", written {Decimal(repr(number)).normalize():f}" if math.isfinite(number) else ""


def _at(place: str, path: Iterable[Any]) -> str:
    name = dotted(path)
    return f"{place}: {name}" if name else place
