import re

import pandas as pd
import pypandoc
import pytest
from builders import ROOT

from fmnist.report.provenance import SHOWN, Provenance
from fmnist.runs.gathering import read_runs

FILTER = f"--lua-filter={ROOT / 'report/style/provenance.lua'}"


@pytest.fixture(scope="module")
def runs():
    return read_runs(ROOT / "reference/runs.csv")


@pytest.fixture
def traced(runs):
    return Provenance(runs, "results/runs.csv")


def pandoc(markdown, to):
    return pypandoc.convert_text(markdown, to, format="markdown-raw_html", extra_args=[FILTER, "--wrap=none"]).strip()


def test_a_number_opens_the_popover_of_its_run_and_measure(traced):
    button = traced.button("89 < 90", "lenet5", "accuracy")
    assert button == '<button type="button" class="traced" popovertarget="from-1-accuracy">89 &lt; 90</button>'
    assert '<div popover id="from-1-accuracy"' in traced.popovers()


def test_places_share_a_popover_and_unused_ones_are_left_out(traced):
    traced.button("89.4", "lenet5", "accuracy")
    traced.mark("89.41", "lenet5", "accuracy")
    assert traced.popovers().count("<div popover") == 1


def test_the_popover_names_seeds_values_lines_and_command(traced, runs):
    traced.button("89.41", "lenet5", "accuracy")
    popover = traced.popovers()
    own = runs[runs["run_id"] == "lenet5"]
    values = ", ".join(f"{100 * accuracy:.2f}" for accuracy in own["test_accuracy"])
    assert f"mean of seeds {own['seed'].min()} to {own['seed'].max()}: {values}</p>" in popover
    first, last = map(int, re.search(r"lines (\d+) to (\d+) of", popover).groups())
    text = (ROOT / "reference/runs.csv").read_text().splitlines()
    assert all(line.startswith("lenet5,") for line in text[first - 1 : last])
    assert not text[last].startswith("lenet5,")
    assert "column <code>test_accuracy</code>" in popover
    assert "<code>snakemake results/runs.csv</code>" in popover


def test_lines_apart_and_a_loss_that_is_none(runs):
    fc, lenet5 = (runs[runs["run_id"] == run_id] for run_id in ("fc", "lenet5"))
    three = pd.concat([fc[:1].assign(train_loss=float("nan")), lenet5[:1], fc[1:2]])
    traced = Provenance(three)
    traced.button("0.15", "fc", "train_loss")
    assert "lines 2 and 4 of" in traced.popovers()
    assert f"mean of seeds {fc['seed'].iloc[0]} and {fc['seed'].iloc[1]}: –, " in traced.popovers()


def test_markdown_becomes_a_button_in_html_and_text_in_the_pdf(traced):
    markdown = traced.mark("89.41 ± 0.25", "lenet5", "accuracy")
    assert pandoc(markdown, "html") == f"<p>{traced.button('89.41 ± 0.25', 'lenet5', 'accuracy')}</p>"
    assert pandoc(markdown, "typst") == "89.41 ± 0.25"


def test_no_number_and_no_run_have_no_popover(traced):
    assert traced.mark(None, "lenet5", "accuracy") == "–"
    assert traced.mark("1", "lenet5__not=trained", "accuracy") == "1"
    assert traced.popovers() == ""


def test_an_unknown_measure_is_a_fault(traced):
    with pytest.raises(KeyError):
        traced.button("1", "lenet5", "colour")


def test_all_popovers_are_small(traced, runs):
    for run_id in runs["run_id"].unique():
        for measure in SHOWN:
            traced.button("1", run_id, measure)
    assert len(traced.popovers().encode()) <= 260_000
