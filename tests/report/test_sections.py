"""The sections on made-up runs: which are there, and whether they fit any experiments."""

import re

import jinja2
import pytest
from builders import ROOT
from made_up_results import Results, only, shipped_config
from report_builders import prose, section, summary, text

from fmnist.claims.verdicts import VERDICTS
from fmnist.report.sections import environment, render_sections

SECTIONS = ROOT / "report/sections"
EXPERIMENTS = shipped_config()["experiments"]
CHAPTERS = ["environment", "architectures", "losses", "results", "networks", "factors", "comparison", "claims", "how"]


def test_every_chapter_is_there_in_the_originals_order(one_seed, extended):
    chapters = [re.findall(r"^# .*\{#sec-(\w+)\}$", markdown, re.MULTILINE) for markdown in (one_seed, extended)]
    assert chapters == [CHAPTERS, [*CHAPTERS, "extensions"]]


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_has_heading_figure_and_table_and_extensions_only_where_run(one_seed, extended, name):
    extension = EXPERIMENTS[name].get("extension", False)
    for anchor in (f"{{#sec-exp-{name}}}", f"{{#fig-exp-{name} ", f"{{#tbl-exp-{name}}}"):
        assert (one_seed.count(anchor), extended.count(anchor)) == (0 if extension else 1, 1)
    part = section(extended, f"sec-exp-{name}")
    assert ("*Extension, not in the original*" in part) == extension
    assert ("Original: accuracy" in part) == (not extension)


def test_an_extension_that_was_not_run_is_not_in_the_printed_config(one_seed, extended):
    printed = [len(re.findall("^  combined_without:", text, re.MULTILINE)) for text in (one_seed, extended)]
    assert printed == [0, 1]


def test_cases_are_listed_with_their_settings(extended):
    more = section(extended, "sec-exp-combined_more")
    assert "in all cases: leaky ReLU, with batch normalisation, channels 32/64/256 and max pooling" in more
    assert "* rate + batch + StepLR: batch size 160, learning rate 0.0008, StepLR and step size 3200\n" in more


def test_environment_layers_and_checksums_are_printed(one_seed):
    assert re.search(r"\| Python \| 3\.7\.10 \| 1\.2\.3 \|", section(one_seed, "sec-environment"))
    assert "**407,050**" in section(one_seed, "sec-fc")
    assert "**61,706**" in section(one_seed, "sec-lenet5")
    assert len(re.findall(r"^\| `.+-ubyte` \| `0{64}` \|$", section(one_seed, "sec-how"), re.MULTILINE)) == 4


def test_seeds_can_be_a_count(tmp_path):
    assert "The seeds were 0 and 1." in text(Results(tmp_path, only("pooling") | {"seeds": 2}))


def entry(title, **more):
    return {"section": "4", "title": title, **more}


OTHERS = {
    "no LeNet-5": only("fully_connected"),
    "no base case": only("combined", "pooling"),
    "one value": only(pooling=entry("Max", sweep={"pooling": ["max"]})),
    "a grid": only(
        "lenet5_base", grid=entry("A grid", sweep={"learning_rate": [0.001, 0.01], "batch_size": [50, 100]})
    ),
    "channels alone": only("lenet5_base", wide=entry("Wide", sweep={"channels": [[6, 16, 120], [32, 64, 256]]})),
    "values without an original": only(learning_rate=entry("Rates", sweep={"learning_rate": [0.5, 0.25]})),
    "other settings under known names": only(
        optimizer=entry("Odd", sweep={"batch_size": [7, 9]}),
        dropout=entry("Odd too", set={"model": "fc"}, sweep={"hidden_units": [8, 16]}),
    ),
    "null": only(nulls=entry("Weights", set={"scheduler": "none"}, sweep={"step_size": [None]})),
    "an extension alone": only("plateau_scheduler") | {"extensions": True},
    # Names of the report's own figures and tables.
    "taken names": only(losses=entry("A title", set={"epochs": 3}), data=entry("A title", set={"epochs": 4})),
}


@pytest.mark.parametrize("config", OTHERS.values(), ids=OTHERS.keys())
@pytest.mark.parametrize("seeds", [[0], [3, 4]], ids=["one seed", "two seeds"])
def test_the_report_builds_from_any_experiments(tmp_path, config, seeds):
    markdown = text(Results(tmp_path, {**config, "seeds": seeds}))
    anchors = re.findall(r"\{#([\w.-]+)", markdown)
    assert {f"tbl-exp-{name}" for name in config["experiments"]} <= set(anchors)
    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r"\]\(#([\w.-]+)\)", markdown)) <= set(anchors)  # every link leads somewhere
    assert "not run" in section(markdown, "sec-comparison")
    assert not re.search(r"\b(nan|None|inf)\b", markdown)


def test_a_factor_that_is_not_varied_says_so(tmp_path):
    factors = text(Results(tmp_path, only("fully_connected")))
    for factor in ("scheduler", "learning-rate", "optimiser", "loss", "batch-size", "activation", "pooling"):
        assert "do not vary" in section(factors, f"sec-factor-{factor}")


def test_extensions_are_told_with_their_factors(extended):
    assert "it never came to lower the rate" in prose(extended, "sec-factor-scheduler")
    assert "**That never happened:** in none of the 3 seeds" in prose(extended, "sec-exp-plateau_scheduler")
    assert "the scheduler never lowered the rate" in prose(extended, "claim-plateau-scheduler")
    assert "changes by −1.00 points ([](#sec-exp-combined_without))" in prose(extended, "sec-factor-channels")
    assert "changes by −0.50 points" in prose(extended, "sec-factor-pooling")
    assert "nothing is lost without batch norm and without leaky ReLU." in prose(extended, "sec-exp-combined_without")
    assert "up to 10 times (1 / (1 − 0.9))" in prose(extended, "sec-exp-momentum")


def test_a_large_batch_at_equal_epochs_and_at_equal_steps(one_seed, extended):
    other_way = "With equal steps it is the other way round ([](#sec-exp-step_budget)): the gap is 2.00 points"
    assert other_way in prose(extended, "claim-batch-large-overfit")
    assert other_way in summary(extended)
    assert "| 10 | 2 | 2.00 ± 0.00 | 20 | 6.00 ± 0.00 |" in extended
    assert "equal steps" not in prose(one_seed, "claim-batch-large-overfit")


def test_slips_of_the_original_are_named_with_its_own_numbers(one_seed):
    assert "0.6372, is the highest of the three" in section(one_seed, "sec-exp-optimizer")
    assert "from 0.1555 at 10 to 0.1242 at 40" in section(one_seed, "sec-exp-batch_size")
    assert "differ by 1 image" in section(one_seed, "sec-exp-combined")
    assert "a spread of 0.56 points" in section(one_seed, "sec-exp-lenet5_base")


def test_a_name_that_is_missing_is_an_error(tmp_path):
    (tmp_path / "a.md.j2").write_text("{{ nothing_of_that_name }}")
    with pytest.raises(jinja2.UndefinedError, match="nothing_of_that_name"):
        render_sections([tmp_path / "a.md.j2"], {})


def verdict_words(template):
    """The texts in a template's expressions that are verdicts."""
    constants = environment(SECTIONS).parse(template).find_all(jinja2.nodes.Const)
    return [constant.value for constant in constants if constant.value in VERDICTS]


@pytest.mark.parametrize("path", sorted(SECTIONS.rglob("*.j2")), ids=lambda path: path.name)
def test_no_template_repeats_a_verdict(path):
    assert verdict_words(path.read_text()) == []


def test_a_repeated_verdict_is_found():
    assert verdict_words("supported {% if one.verdict == 'supported' %}x{% endif %}") == ["supported"]
