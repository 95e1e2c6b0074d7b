"""Write what editors and readers need from the declarations: `make settings`.

workflow/schemas/config.schema.json completes and checks config.yaml in an editor;
docs/settings.md lists every setting.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fmnist.common.files import write_text
from fmnist.common.validation import Schema, expected, json_schema
from fmnist.plan.config import DOTTED, Config, DataConfig, ExperimentConfig, ReportConfig
from fmnist.training.settings import MODELS, CommonSettings, FCSettings, LeNet5Settings, format_value

SCHEMA = "workflow/schemas/config.schema.json"
PAGE = "docs/settings.md"
HEAD = """# Settings

Written by `make settings` from the declarations in `fmnist/plan/config.py` and
`fmnist/training/settings.py`. Any of them can be left out of a config: the default then applies.
"""


OWN_OR_BUILT_IN: Schema = {"anyOf": [{"enum": list(MODELS)}, {"type": "string", "pattern": f"^{DOTTED.pattern}$"}]}


def config_schema() -> Schema:
    """Return the JSON schema of config.yaml, with the settings of a run wherever they can be given."""
    schema = json_schema(Config) | {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    every = {**_properties(FCSettings), **_properties(LeNet5Settings), "model": OWN_OR_BUILT_IN}
    networks = {name: _object(_properties(model)) for name, model in MODELS.items()}
    common = [*_properties(CommonSettings), "model"]
    declared = {**schema["properties"], "defaults": _object(common), "models": {"properties": networks}}
    experiment = schema["$defs"]["ExperimentConfig"]
    own = {**experiment["properties"], "set": _object(every)}
    own["sweep"] = {"properties": {key: {"type": "array", "items": _reference(key)} for key in every}}
    own["cases"] = {"type": "object", "additionalProperties": _object(every)}
    defs = {**schema["$defs"], **every, "ExperimentConfig": {**experiment, "properties": own}}
    return {**schema, "properties": declared, "$defs": defs}


def settings_page() -> str:
    """Return docs/settings.md."""
    common = _properties(CommonSettings)
    parts = [
        HEAD,
        "## What `defaults`, `set`, `sweep` and `cases` can name\n",
        _table(common),
        *(_network(name, kind, common) for name, kind in (("fc", FCSettings), ("lenet5", LeNet5Settings))),
        "## The other keys of a config\n",
        _table({key: value for key, value in json_schema(Config)["properties"].items() if key not in _NESTED}),
        *(_table(_properties(kind), f"{key}.") for key, kind in (("data", DataConfig), ("report", ReportConfig))),
        "## The keys of an experiment\n",
        _table(_properties(ExperimentConfig)),
    ]
    return "\n".join(parts)


_NESTED = ("data", "report", "defaults", "models", "experiments")


def _properties(kind: type) -> dict[str, Any]:
    return dict(json_schema(kind)["properties"])


def _object(settings: Iterable[str]) -> Schema:
    return {"additionalProperties": False, "properties": {key: _reference(key) for key in settings}}


def _reference(setting: str) -> Schema:
    return {"$ref": f"#/$defs/{setting}"}


def _network(name: str, kind: type, common: dict[str, Any]) -> str:
    own = {key: value for key, value in _properties(kind).items() if key not in (*common, "model")}
    return f"## Of the network `{name}` alone\n\n{_table(own)}"


def _table(properties: dict[str, Any], prefix: str = "") -> str:
    rows = [_row(prefix + key, declared) for key, declared in properties.items()]
    return "\n".join(["| key | what | default | value |", "|---|---|---|---|", *rows, ""])


def _row(key: str, declared: Schema) -> str:
    default = f"`{_plain(declared['default'])}`" if "default" in declared else "required"
    needs = [
        f"{other}: {' or '.join(map(format_value, values))}" for other, values in declared.get("needs", {}).items()
    ]
    condition = f"; needs {', '.join(needs)}" if needs else ""
    return f"| `{key}` | {declared['description']} | {default} | {expected(declared)}{condition} |"


def _plain(value: Any) -> str:
    return json.dumps(value) if isinstance(value, dict | list) else format_value(value)


def main(project: Path) -> None:
    """Write both files below the project's folder."""
    write_text(project / SCHEMA, json.dumps(config_schema(), indent=1) + "\n")
    write_text(project / PAGE, settings_page())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path())
