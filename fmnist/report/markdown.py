"""Safe Pandoc Markdown: how values from the config, the runs and the data are written."""

import json
import math
import re
from collections.abc import Collection, Mapping
from typing import Any

import yaml
from markupsafe import Markup

from fmnist.common.wording import NO_NUMBER

# Every character that Pandoc's Markdown gives a meaning somewhere in a line.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~^$@&\"'])")


def escape(value: Any) -> Markup:
    """Write any value so that Markdown shows it as it is, on one line.

    Markup passes: it is Markdown already. None is a dash.
    """
    if isinstance(value, Markup):
        return value
    text = NO_NUMBER if value is None else re.sub(r"\s+", " ", str(value))
    return Markup(_SPECIAL.sub(r"\\\1", text))  # noqa: S704 - escaped in this very line


def code(value: Any) -> Markup:
    """Write a name or value in typewriter letters."""
    text = " ".join(str(value).split())
    # A code span cannot hold these inside a table; write such a value as plain text.
    return escape(text) if re.search(r"[`|\\]", text) or not text else Markup(f"`{text}`")  # noqa: S704


def listing(text: str) -> Markup:
    """Write a code block whose fence is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return Markup(f"{fence}\n{text.rstrip()}\n{fence}")  # noqa: S704 - a code block shows all as it is


def metadata(value: Any) -> Markup:
    """Write a text for the document's YAML head, where pandoc reads it as Markdown."""
    return Markup(json.dumps(str(escape(value)), ensure_ascii=False))  # noqa: S704 - a JSON string is a YAML one


def compact_yaml(config: Mapping[str, Any], nested: Collection[str] = ("models", "experiments")) -> str:
    """Write a config as YAML with one line for each setting, and for each entry of the keys `nested`."""
    lines = []
    for key, value in config.items():
        entries = [f"  {_one_line(*entry)}" for entry in value.items()] if key in nested else []
        lines += [f"{key}:", *entries] if entries else [_one_line(key, value)]
    return "\n".join(lines) + "\n"


def _one_line(key: str, value: Any) -> str:
    text: str = yaml.safe_dump(
        {key: value}, sort_keys=False, allow_unicode=True, width=math.inf, default_flow_style=True
    )
    return text.strip().removeprefix("{").removesuffix("}")
