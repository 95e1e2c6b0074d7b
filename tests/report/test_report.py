"""The report on made-up runs: what stands in it, whatever the experiments are."""

import re

import jinja2
import pytest
from made_up_results import Results, script, shipped_config
from report_builders import build, only, prose_of, section, text

from fmnist.report.sections import render_sections

CHAPTERS = [
    "Environment",
    "Network architectures",
    "Loss functions and optimisers",
    "Results",
    "Fully connected network against LeNet-5",
    "What each factor does",
    "Reported against replicated",
    "Claims",
    "How it was run",
]


@pytest.fixture(scope="module")
def extended(tmp_path_factory):
    return build(Results(tmp_path_factory.mktemp("extended"), shipped_config(extensions=True)))


def test_every_chapter_stands_in_the_page_in_the_originals_order(one_seed_report):
    html = one_seed_report.output.html.read_text()
    headings = re.findall(r'<h1 data-number="(\d+)"[^>]*>.*?</span> ([^<]*)</h1>', html, re.DOTALL)
    assert [(number, " ".join(name.split())) for number, name in headings] == [
        (str(k), name) for k, name in enumerate(CHAPTERS, start=1)
    ]


def test_every_experiment_has_heading_figure_and_table(one_seed_report, extended):
    """Those of the original in any case, those of the extensions only where they were run."""
    pages = [job.output.html.read_text() for job in (one_seed_report, extended)]
    for name, entry in shipped_config()["experiments"].items():
        for anchor in (f"sec-exp-{name}", f"fig-exp-{name}", f"tbl-exp-{name}"):
            found = [page.count(f'id="{anchor}"') for page in pages]
            assert found == [0 if entry.get("extension") else 1, 1], anchor


def test_extensions_stand_in_a_chapter_of_their_own_after_all_others(extended):
    html = extended.output.html.read_text()
    headings = re.findall(r'<h([12]) data-number="(\d+)[.\d]*"[^>]*id="([^"]+)"', html)
    chapters = [anchor for level, _, anchor in headings if level == "1"]
    assert len(chapters) == len(CHAPTERS) + 1
    assert chapters[-1] == "sec-extensions"
    by_chapter = {anchor: number for _, number, anchor in headings}
    for name, entry in shipped_config()["experiments"].items():
        assert by_chapter[f"sec-exp-{name}"] == ("10" if entry.get("extension") else "4")
    assert "7 experiments that the original did not run stand apart" in prose_of(extended)


def test_an_extension_says_so_and_has_no_column_of_the_original(extended):
    markdown = extended.output.markdown.read_text()
    for name, entry in shipped_config()["experiments"].items():
        part = section(markdown, f"sec-exp-{name}")
        extension = entry.get("extension", False)
        assert ("*Extension, not in the original*" in part) == extension
        assert ("Original: accuracy" in part) == (not extension)
        assert len(part.split("|:---|", 1)[1].splitlines()[0].split("|")) == (3 if extension else 6)


def test_cases_are_listed_with_what_each_sets(extended):
    more = section(extended.output.markdown.read_text(), "sec-exp-combined_more")
    assert "in all cases: leaky ReLU, with batch normalisation, channels 32/64/256 and max pooling" in more
    assert "* nothing more: nothing besides\n" in more
    assert "* rate + batch + StepLR: batch size 160, learning rate 0.0008, StepLR and step size 3200\n" in more
    assert re.search(r"^\| rate \+ batch \|", more, re.MULTILINE)


def test_what_was_not_run_leaves_no_trace(one_seed_report, extended):
    for job, count in ((one_seed_report, 0), (extended, 1)):
        markdown = job.output.markdown.read_text()
        assert markdown.count("# Extensions") == count
        assert len(re.findall(r"^  combined_without:", markdown, re.MULTILINE)) == count  # in the printed config
        assert markdown.count("does, as an extension") == count


def test_seeds_can_be_a_count(tmp_path):
    config = only("pooling")
    counted, listed = (Results(tmp_path / name, {**config, "seeds": [0, 1]}) for name in ("counted", "listed"))
    counted.config = {**config, "seeds": 2}
    assert "The seeds were 0 and 1." in text(counted)
    assert "The seeds were 0 and 1." in text(listed)


def test_original_environment_and_ours_stand_side_by_side(one_seed_report):
    environment = section(one_seed_report.output.markdown.read_text(), "sec-environment")
    assert re.search(r"\| Python \| 3\.7\.10 \| 1\.2\.3 \|", environment)
    assert "Made-up CPU" in environment


def test_layer_tables_hold_the_parameter_counts(one_seed_report):
    markdown = one_seed_report.output.markdown.read_text()
    assert "**407,050**" in section(markdown, "sec-fc")
    assert "**61,706**" in section(markdown, "sec-lenet5")


def test_the_checksum_of_each_data_file_is_that_of_the_runs_own_list(tmp_path):
    results = Results(tmp_path, shipped_config())
    job = results.write()
    names = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]
    job.input.checksum.write_text("".join(f"{digit * 64}  {name}\n" for digit, name in zip("abcd", names, strict=True)))
    report = script("report")
    context = report.build_context(report._inputs(job, job.output.markdown))
    how = section(render_sections(job.input.sections, context), "sec-how")
    found = re.findall(r"^\| `(.+-ubyte)` \| `([a-d]{64})` \|$", how, re.MULTILINE)
    assert found == [(name, digit * 64) for digit, name in zip("abcd", names, strict=True)]


GRID = {"section": "4", "title": "A grid", "sweep": {"learning_rate": [0.001, 0.01], "batch_size": [50, 100]}}


OTHERS = {
    "no LeNet-5 at all": only("fully_connected"),
    "no base case": only("combined", "pooling"),
    "one value of a sweep": only(pooling={"section": "4", "title": "Max", "sweep": {"pooling": ["max"]}}),
    "a new experiment, a grid": only("lenet5_base", "fully_connected", grid=GRID),
    "channels alone": only(
        "lenet5_base", wide={"section": "4", "title": "Wide", "sweep": {"channels": [[6, 16, 120], [32, 64, 256]]}}
    ),
    "values without an original": only(
        learning_rate={"section": "4", "title": "Rates", "sweep": {"learning_rate": [0.5, 0.25]}}
    ),
    "a name that sweeps something else": only(
        optimizer={"section": "4", "title": "Odd", "sweep": {"batch_size": [7, 9]}},
        dropout={"section": "4", "title": "Odd too", "set": {"model": "fc"}, "sweep": {"hidden_units": [8, 16]}},
    ),
    "null among the values": only(
        nulls={"section": "4", "title": "Weights", "set": {"scheduler": "none"}, "sweep": {"step_size": [None]}}
    ),
}


def test_experiments_called_as_the_reports_own_figures_and_tables(tmp_path):
    base = {"section": "4", "title": "A title"}
    names = ("losses", "comparison", "data", "images", "defaults", "networks", "forms")
    job = build(Results(tmp_path, only(**{name: {**base, "set": {"epochs": 3 + i}} for i, name in enumerate(names)})))
    html = job.output.html.read_text()
    assert [name for name in names if html.count(f'id="tbl-exp-{name}"') != 1] == []


@pytest.mark.parametrize("config", OTHERS.values(), ids=OTHERS.keys())
@pytest.mark.parametrize("seeds", [[0], [3, 4]], ids=["one seed", "two seeds"])
def test_the_report_builds_from_any_experiments(tmp_path, config, seeds):
    job = build(Results(tmp_path, {**config, "seeds": seeds}))
    html = job.output.html.read_text()
    for name in config["experiments"]:
        assert f'id="tbl-exp-{name}"' in html
    assert "not run" in section(job.output.markdown.read_text(), "sec-comparison")


def test_a_factor_that_is_not_varied_says_so(tmp_path):
    factors = text(Results(tmp_path, only("fully_connected")))
    for factor in ("scheduler", "learning-rate", "optimiser", "loss", "batch-size", "activation", "pooling"):
        assert "do not vary" in section(factors, f"sec-factor-{factor}")


def test_channels_varied_alone_are_told_apart_from_the_combined_setting(tmp_path):
    shipped = text(Results(tmp_path / "a", shipped_config()))
    assert "none of that can be ascribed to the channels" in section(shipped, "sec-factor-channels")
    alone = text(Results(tmp_path / "b", OTHERS["channels alone"]))
    assert "Here the channels were varied alone" in section(alone, "sec-factor-channels")


def test_a_name_that_is_missing_is_an_error(tmp_path):
    (tmp_path / "a.md.j2").write_text("{{ nothing_of_that_name }}")
    with pytest.raises(jinja2.UndefinedError, match="nothing_of_that_name"):
        render_sections([tmp_path / "a.md.j2"], {})
