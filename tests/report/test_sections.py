"""The sections on made-up runs: which are there, and whether they fit any experiments."""

import re

import jinja2
import pytest
from made_up_results import Results, only, shipped_config
from report_builders import prose, section, text

from fmnist.report.sections import render_sections

pytestmark = pytest.mark.slow

EXPERIMENTS = shipped_config()["experiments"]
CHAPTERS = ["set", "claims", "comparison", "factors", "methods", "how"]


def test_every_chapter_is_there_the_answer_first(one_seed, extended):
    chapters = [re.findall(r"^# .*\{#sec-(\w+)\}$", markdown, re.MULTILINE) for markdown in (one_seed, extended)]
    assert chapters == [CHAPTERS, [*CHAPTERS[:4], "extensions", *CHAPTERS[4:]]]
    assert ["\n  combined_factors: {" in markdown for markdown in (one_seed, extended)] == [False, True]  # the config


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_is_shown_and_extensions_only_where_run(one_seed, extended, name):
    extension = EXPERIMENTS[name].get("extension", False)
    for anchor in (f"{{#sec-exp-{name}}}", f"{{#fig-exp-{name} ", f"{{#tbl-exp-{name}}}"):
        assert (one_seed.count(anchor), extended.count(anchor)) == (0 if extension else 1, 1)
    part = section(extended, f"sec-exp-{name}")
    assert ("*Extension, not in the original*" in part) == extension
    assert ("Original: accuracy" in part) == (not extension)


def test_the_report_says_when_its_claims_were_fixed(one_seed):
    assert "Claims, margins and tests were fixed in commit" in section(one_seed, "sec-tests")


def test_environment_layers_and_checksums_are_printed(one_seed):
    assert re.search(r"\| Python \| 3\.7\.10 \| 1\.2\.3 \|", section(one_seed, "sec-environment"))
    assert "**407,050**" in section(one_seed, "sec-fc")
    assert "**61,706**" in section(one_seed, "sec-lenet5")
    assert len(re.findall(r"^\| `.+-ubyte` \| `0{64}` \|$", section(one_seed, "sec-how"), re.MULTILINE)) == 4


def entry(title, **more):
    return {"section": "4", "title": title, **more}


SWITCHES = {"batch_norm": [False, True], "dropout": [False, True]}
OTHERS = {
    "one network": only("fully_connected"),
    "no base case": only("combined", "plateau_scheduler") | {"extensions": True},
    "one value": only(pooling=entry("Max", sweep={"pooling": ["max"]})),
    "a grid": only(grid=entry("A grid", sweep={"learning_rate": [0.001, 0.01], "channels": [[6, 16, 120], [1, 2, 3]]})),
    "values without an original": only(learning_rate=entry("Rates", sweep={"learning_rate": [0.5, 0.25]})),
    "other settings under known names": only(
        optimizer=entry("Odd", sweep={"batch_size": [7, 9]}),
        dropout=entry("Odd too", set={"model": "fc"}, sweep={"hidden_units": [8, 16]}),
    ),
    "full grids": only(
        "lenet5_base",
        "combined",
        grid=entry("A grid", sweep={"pooling": ["average", "max"], **SWITCHES}),
        combined_factors=entry("Others", sweep={"pooling": ["max", "average"], **SWITCHES}),
    ),
    "null": only(nulls=entry("Weights", set={"scheduler": "none"}, sweep={"step_size": [None]})),
    # Names of the report's own figures and tables.
    "taken names": only(losses=entry("A title", set={"epochs": 3}), data=entry("A title", set={"epochs": 4})),
}


@pytest.mark.parametrize("config", OTHERS.values(), ids=OTHERS.keys())
@pytest.mark.parametrize("seeds", [[0], 2], ids=["one seed", "two seeds"])
def test_the_report_builds_from_any_experiments(tmp_path, config, seeds):
    markdown = text(Results(tmp_path, {**config, "seeds": seeds}))
    anchors = re.findall(r"\{#([\w.-]+)", markdown)
    assert {f"tbl-exp-{name}" for name in config["experiments"]} <= set(anchors)
    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r"\]\(#([\w.-]+)\)", markdown)) <= set(anchors)  # every link leads somewhere
    assert "not run" in section(markdown, "sec-comparison")
    assert ("The seeds were 0 and 1;" in markdown) == (seeds == 2)
    assert not re.search(r"\b(nan|None|inf)\b", markdown)


def test_one_network_alone_says_what_is_not_there(tmp_path):
    markdown = text(Results(tmp_path, only("fully_connected")))
    assert "four hardest classes of *Fully connected network*" in prose(markdown, "sec-classes")
    assert "No claim about accuracies has predictions" in prose(markdown, "sec-images")


EXTENDED = {
    "sec-set": "Alone, max pooling changes the accuracy by +0.50 points; beside the other changes, by −0.10.",
    "sec-exp-combined_more": "| rate + batch + StepLR | batch size 160, learning rate 0.0008, StepLR and step",
    "sec-factor-scheduler": "[](#sec-exp-plateau_scheduler) does.",
    "sec-exp-plateau_scheduler": "**The rate fell in none of 3 seeds;**",
    "sec-exp-combined": "Of the +0.90 points that the combined setting gains over the base case, the share of channels",
    "sec-exp-weights_against_order": "| Initialisation seed | shuffling seed 0 | shuffling seed 1 |",
    "sec-exp-combined_step": "section 4-2-3. No claim rests on it: it is exploration.",
    "sec-exp-momentum": "up to 10 times (1 / (1 − 0.9))",
    "sec-exp-step_budget": "| 10 | 2 | 2.00 ± 0.00 | 20 | 6.00 ± 0.00 |",
    "sec-exp-channels": "follows on from the original's section 4-2-3. Swept:",
    "claim-batch-large-overfits-steps": "The other reading: [batch-large-overfits-epochs]",
}


@pytest.mark.parametrize("anchor", EXTENDED)
def test_extensions_are_told_with_their_numbers(extended, anchor):
    assert EXTENDED[anchor] in prose(extended, anchor)


def test_effects_of_the_combined_settings_changes_and_their_shares(extended):
    part = prose(extended, "sec-exp-combined_factors")
    effects = ["+0.50 (0.50 to 0.50)", "−0.10 (−0.10 to −0.10)", "+0.10 (0.10 to 0.10)", "+0.13 (0.13 to 0.13)"]
    assert f"| max pooling | {' | '.join(effects)} |" in part
    assert "| max pooling × leaky ReLU | +0.10 (0.10 to 0.10) |" in part
    assert "over 3 seeds, with 95 % intervals." in part
    answer = prose(extended, "sec-set")
    assert "the changes of the combined setting add +0.90 points together (3 seeds)" in answer
    assert "are +0.63 for channels 32/64/256, +0.13 for max pooling," in answer


def test_a_full_grid_of_other_changes_is_not_told_as_the_combined_setting(tmp_path):
    markdown = text(Results(tmp_path, {**OTHERS["full grids"], "seeds": [0, 1, 2]}))
    assert "| max pooling |" in prose(markdown, "sec-exp-grid")
    assert "the changes of the combined setting" not in markdown
    assert "that the combined setting gains" not in markdown


def test_slips_of_the_original_are_named_with_its_own_numbers(one_seed):
    assert "0.6372, is the highest of the three" in section(one_seed, "sec-exp-optimizer")
    assert "from 0.1555 at 10 to 0.1242 at 40" in section(one_seed, "sec-exp-batch_size")
    assert "differ by 1 image" in section(one_seed, "sec-exp-combined")
    assert "chance alone moved the accuracy by 0.56 points" in section(one_seed, "sec-exp-lenet5_base")


def test_a_name_that_is_missing_is_an_error(tmp_path):
    (tmp_path / "a.md.j2").write_text("{{ nothing_of_that_name }}")
    with pytest.raises(jinja2.UndefinedError, match="nothing_of_that_name"):
        render_sections([tmp_path / "a.md.j2"], {})
