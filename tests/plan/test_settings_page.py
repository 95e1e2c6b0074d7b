"""docs/settings.md and the schema for editors are in step with the declarations."""

import json

import jsonschema
import pytest
from builders import CONFIG, ROOT, changed

from fmnist.plan.settings_page import PAGE, SCHEMA, config_schema, settings_page
from fmnist.training.settings import setting_names


def test_the_files_are_what_make_settings_writes() -> None:
    assert (ROOT / PAGE).read_text(encoding="utf-8") == settings_page()
    assert json.loads((ROOT / SCHEMA).read_text(encoding="utf-8")) == json.loads(json.dumps(config_schema()))


def test_every_setting_is_on_the_page() -> None:
    assert [name for name in setting_names() if name != "model" and f"| `{name}` |" not in settings_page()] == []


def test_an_editor_accepts_the_shipped_config() -> None:
    jsonschema.Draft202012Validator(config_schema()).validate(CONFIG)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("defaults/lr", 1),
        ("models/fc/pooling", "max"),
        ("experiments/loss/set", {"loss": "nll"}),
        ("experiments/loss/sweep/loss", ["nll"]),
    ],
)
def test_an_editor_marks_a_fault(place: str, value: object) -> None:
    assert list(jsonschema.Draft202012Validator(config_schema()).iter_errors(changed({place: value})))
