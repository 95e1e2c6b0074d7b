"""The report on made-up runs: it says what they say, and builds whatever they are."""

import re
import shutil
import subprocess

import jinja2
import pandas as pd
import pytest
import typst
import yaml
from made_up_results import ROOT, Results, script, shipped_config

from fmnist import rendering
from fmnist.rendering import RenderingError, Style
from fmnist.report import render_sections

STYLE = Style(
    crossref=ROOT / "report/style/crossref.lua",
    html_template=ROOT / "report/style/page.html",
    css=ROOT / "report/style/page.css",
    typst_template=ROOT / "report/style/paper.typ",
)
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


def build(results):
    """Run the report script on the results; return its job."""
    job = results.write()
    script("report").main(job)
    return job


def text(results):
    """Render only the Markdown, which is where all words are."""
    job = results.write()
    report = script("report")
    context = report.build_context(report._inputs(job, job.output.markdown))
    return render_sections(job.input.sections, context).replace("\\ ", " ")


def section(markdown, anchor):
    """Return what stands under the heading with this anchor, up to the next heading."""
    after = markdown.split(f"{{#{anchor}}}\n", 1)[1]
    return re.split(r"\n#+ ", after)[0]


def prose(markdown, anchor):
    """Return the same with its line breaks as spaces, as a reader sees it."""
    return " ".join(section(markdown, anchor).split())


def prose_of(job):
    """Return the whole report with its line breaks as spaces."""
    return " ".join(job.output.markdown.read_text().split())


@pytest.fixture(scope="module")
def one_seed(tmp_path_factory):
    return build(Results(tmp_path_factory.mktemp("one"), shipped_config()))


@pytest.fixture(scope="module")
def extended(tmp_path_factory):
    return build(Results(tmp_path_factory.mktemp("extended"), shipped_config(extensions=True)))


@pytest.fixture(scope="module")
def three_seeds_with_banner(tmp_path_factory):
    config = shipped_config(seeds=[0, 1, 2], report={"title": "A title", "banner": "These numbers mean nothing."})
    return build(Results(tmp_path_factory.mktemp("three"), config))


def test_every_chapter_stands_in_the_page_in_the_originals_order(one_seed):
    html = one_seed.output.html.read_text()
    headings = re.findall(r'<h1 data-number="(\d+)"[^>]*>.*?</span> ([^<]*)</h1>', html, re.DOTALL)
    assert [(number, " ".join(name.split())) for number, name in headings] == [
        (str(k), name) for k, name in enumerate(CHAPTERS, start=1)
    ]


def test_every_experiment_has_heading_figure_and_table(one_seed, extended):
    """Those of the original in any case, those of the extensions only where they were run."""
    pages = [job.output.html.read_text() for job in (one_seed, extended)]
    for name, entry in shipped_config()["experiments"].items():
        for anchor in (f"sec-exp-{name}", f"fig-{name}", f"tbl-{name}"):
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
    assert "* all three: batch size 160, learning rate 0.0008, StepLR and step size 3200\n" in more
    assert re.search(r"^\| rate \+ batch \|", more, re.MULTILINE)


def test_what_was_not_run_leaves_no_trace(one_seed, extended):
    for job, count in ((one_seed, 0), (extended, 1)):
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


def test_links_inside_the_page_lead_somewhere_and_say_where(one_seed):
    html = one_seed.output.html.read_text()
    links = re.findall(r'<a href="#([^"]+)"[^>]*>(.*?)</a>', html, re.DOTALL)
    assert len(links) > 60
    for target, name in links:
        assert f'id="{target}"' in html
        assert name.strip()


def test_the_page_needs_nothing_from_outside(one_seed):
    html = one_seed.output.html.read_text()
    sources = re.findall(r"""(?:src|href|url|srcset|action|data)\s*[=(]\s*["']?([^"'\s)>]+)""", html)
    assert sources
    assert [s for s in sources if not s.startswith(("#", "data:"))] == []
    assert "<script" not in html
    assert "@import" not in html


def test_formulas_are_mathml(one_seed):
    html = one_seed.output.html.read_text()
    assert html.count('<math display="block"') >= 9
    assert "LogSoftmax" in html


def test_original_environment_and_ours_stand_side_by_side(one_seed):
    environment = section(one_seed.output.markdown.read_text(), "sec-environment")
    assert re.search(r"\| Python \| 3\.7\.10 \| 1\.2\.3 \|", environment)
    assert "Made-up CPU" in environment


def test_layer_tables_hold_the_parameter_counts(one_seed):
    markdown = one_seed.output.markdown.read_text()
    assert "**407,050**" in section(markdown, "sec-fc")
    assert "**61,706**" in section(markdown, "sec-lenet5")


def claims_of(markdown):
    """Return the chapter on the claims, all its sections."""
    return markdown.split("# Claims {#sec-claims}")[1].split("\n# ")[0]


def verdicts_of(markdown):
    """Return the verdict of every claim in the table, by id, without its emphasis."""
    rows = re.findall(r"^\| \[([a-z0-9-]+)\]\(#claim-.*\| ([^|]+) \|$", claims_of(markdown), re.MULTILINE)
    return {identity: re.sub(r"\[\*\*(.*)\*\*\]\{.*\}", r"\1", verdict) for identity, verdict in rows}


CLAIM_IDS = [claim["id"] for claim in yaml.safe_load((ROOT / "report/claims.yaml").read_text())["claims"]]
EXTENSIONS_ONLY = {"wide-channels", "plateau-scheduler"}


def test_one_seed_has_no_verdict_on_any_claim_and_says_so(one_seed):
    markdown = one_seed.output.markdown.read_text()
    verdicts = verdicts_of(markdown)
    assert list(verdicts) == CLAIM_IDS
    assert {identity for identity, verdict in verdicts.items() if verdict == "not testable"} == EXTENSIONS_ONLY
    assert set(verdicts.values()) == {"no verdict: one seed", "not testable"}
    assert "**There is no verdict here:** one seed says too little" in claims_of(markdown)
    assert "there is no verdict yet: that takes three seeds" in " ".join(markdown.split("# Environment")[0].split())
    assert "stays clear of zero" not in markdown


def test_every_claim_has_an_entry_with_its_sentence_and_its_figure(one_seed):
    html = one_seed.output.html.read_text()
    markdown = one_seed.output.markdown.read_text()
    for identity in CLAIM_IDS:
        assert html.count(f'id="claim-{identity}"') == 1
        assert (f"figures/claims/{identity}.svg" in markdown) == (identity not in EXTENSIONS_ONLY)
    entry = prose(markdown, "claim-pooling-max")
    assert 'Section 4-2-3 of the original: "max pooling beats average pooling".' in entry
    assert "Tested: test accuracy: max pooling above LeNet-5, base case" in entry


@pytest.fixture(scope="module")
def five_seeds(tmp_path_factory):
    """The shipped config with five seeds; max pooling is far ahead, dropout far behind, all else as printed."""
    results = Results(tmp_path_factory.mktemp("five"), shipped_config(seeds=[0, 1, 2, 3, 4]))
    spread = [-0.002, -0.001, 0.0, 0.001, 0.002]
    for run_id, mean in {"lenet5": 0.89, "lenet5__pooling=max": 0.93, "lenet5__dropout=true": 0.86}.items():
        results.runs.loc[results.runs["run_id"] == run_id, "test_accuracy"] = [mean + deviation for deviation in spread]
    return text(results)


def test_verdicts_follow_the_runs(five_seeds):
    verdicts = verdicts_of(five_seeds)
    assert (verdicts["pooling-max"], verdicts["dropout-acc"]) == ("supported", "contradicted")
    pooling = prose(five_seeds, "claim-pooling-max")
    assert "**Supported.** Max pooling against LeNet-5, base case: test accuracy +4.00 points" in pooling
    assert r"n = 5, p \< 0.001 after Holm's correction, margin 0.50 points" in pooling
    assert "**Contradicted.** The opposite is shown: with dropout" in prose(five_seeds, "claim-dropout-acc")


def test_the_summary_counts_verdicts_and_intervals_and_tells_what_stands_out(five_seeds):
    summary = " ".join(five_seeds.split("# Environment")[0].split())
    verdicts = list(verdicts_of(five_seeds).values())
    assert f"{verdicts.count('supported')} are supported" in summary
    assert f"{verdicts.count('contradicted')} contradicted, and {verdicts.count('inconclusive')} open" in summary
    inside = claims_inside(five_seeds)
    assert f"{inside} of 44 accuracies that the original prints lie inside" in summary
    assert "The 3 findings about accuracies" in summary
    # In margins: 4.00 points of max pooling come before all else.
    first = summary.split(" 1. ")[1].split(" 2. ")[0]
    assert '"max pooling beats average pooling" ([](#claim-pooling-max)). Max pooling' in first


def claims_inside(markdown):
    table = markdown.split("{#tbl-accuracies}")[0].split("# Reported against replicated")[1]
    return len(re.findall(r"\| inside \|$", table, re.MULTILINE))


def test_slips_of_the_original_are_told_in_the_summary(five_seeds):
    summary = " ".join(five_seeds.split("# Environment")[0].split())
    assert "SGD ended with the lowest loss, and its 0.6372 is the highest of the three" in summary
    assert "from 0.1555 at 10 to 0.1242 at 40" in summary
    assert "92.07 % that leaky ReLU reached against 92.06 % is a matter of 1 image in 10,000" in summary


def test_missing_seeds_and_diverged_runs_are_told_at_their_claims(tmp_path):
    results = Results(tmp_path, shipped_config(seeds=[0, 1, 2, 3]))
    results.runs = results.runs[~((results.runs["run_id"] == "lenet5__pooling=max") & (results.runs["seed"] == 3))]
    results.set_run("lenet5__learning_rate=0.0128", train_loss=float("nan"), test_accuracy=0.1, diverged=True)
    job = build(results)
    markdown = job.output.markdown.read_text()
    assert "0 diverged, and 1 is missing" in prose(markdown, "claim-pooling-max")
    assert "4 diverged, and 0 are missing" in prose(markdown, "claim-lr-acc")
    assert "4 of the runs diverged" in prose(markdown, "claim-lr-loss")
    assert verdicts_of(markdown)["lr-loss"] == "not testable"
    assert re.search(r"\| 3\\\* \| [^|]* \|$", claims_of(markdown), re.MULTILINE)
    assert not re.search(r"\b(nan|None|inf)\b", claims_of(markdown))


def test_the_tests_own_error_rates_stand_in_the_report(five_seeds):
    calibration = pd.read_csv(ROOT / "benchmarks/calibration.csv")
    greater = calibration[(calibration["form"] == "greater, two runs") & calibration["effect"].isna()]
    rates = 100 * greater.groupby("n")["supported"].max()
    shown = " | ".join(f"{rate:.1f}" for rate in rates)
    assert f"| greater, two runs | {shown} |" in claims_of(five_seeds)


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


def test_one_seed_draws_no_verdict_and_no_interval(one_seed):
    markdown = one_seed.output.markdown.read_text()
    comparison = section(markdown, "sec-comparison")
    assert comparison.count("one seed: no interval") == 85  # 44 accuracies, 41 losses
    assert "Inside" not in comparison
    assert "one seed: no verdict" in section(markdown, "sec-factor-pooling")
    assert "±" not in section(markdown, "sec-exp-pooling")


def test_several_seeds_bring_spreads_and_intervals(three_seeds_with_banner):
    markdown = three_seeds_with_banner.output.markdown.read_text()
    comparison = section(markdown, "sec-comparison")
    assert len(re.findall(r"\| (?:inside|\*\*outside\*\*) \|$", comparison, re.MULTILINE)) == 85
    assert "±" in section(markdown, "sec-exp-pooling")
    assert "no verdict" not in section(markdown, "sec-factor-pooling")


def test_inside_and_outside_follow_the_runs(tmp_path):
    results = Results(tmp_path, shipped_config(seeds=[0, 1, 2]))
    shift = results.runs["run_id"] == "lenet5__optimizer=sgd"
    results.runs.loc[shift, "test_accuracy"] -= 0.2
    comparison = section(text(results), "sec-comparison")
    assert re.search(r"\| SGD \| 75\.93 \| 5\d\.\d\d ± .* \| \*\*outside\*\* \|", comparison)
    assert "43 of 44 accuracies" in comparison


@pytest.mark.parametrize(("maximum", "words"), [(0.93, "3.00 points higher than"), (0.89, "1.00 points lower than")])
def test_comparison_words_follow_the_runs(tmp_path, maximum, words):
    results = Results(tmp_path, shipped_config())
    results.set_run("lenet5__pooling=max", test_accuracy=maximum)
    results.set_run("lenet5", test_accuracy=0.90)
    markdown = text(results)
    assert words in prose(markdown, "sec-factor-pooling")
    best = "max pooling" if maximum > 0.90 else "average pooling"
    assert f"{max(maximum, 0.9) * 100:.2f} % ({best})" in prose(markdown, "sec-exp-pooling")


def test_equal_numbers_are_called_equal(tmp_path):
    results = Results(tmp_path, shipped_config())
    results.set_run("lenet5__pooling=max", test_accuracy=0.90)
    results.set_run("lenet5", test_accuracy=0.90)
    assert "equal to that of average pooling" in prose(text(results), "sec-factor-pooling")


def test_fc_against_lenet_follows_the_runs(tmp_path):
    results = Results(tmp_path, shipped_config())
    results.set_run("fc", test_accuracy=0.88, generalization_gap=0.07)
    results.set_run("lenet5", test_accuracy=0.91, generalization_gap=0.04)
    networks = prose(text(results), "sec-networks")
    assert "91.00 %, is higher than the fully connected network's 88.00 % (difference +3.00 points" in networks
    assert "7.00 points, is higher than LeNet-5's, 4.00 points" in networks


def test_order_of_the_original_is_counted(tmp_path):
    results = Results(tmp_path, shipped_config())
    for value, accuracy in (("relu", 0.92), ("leaky_relu", 0.91)):
        results.set_run(f"lenet5__activation={value}", test_accuracy=accuracy)
    results.set_run("lenet5", test_accuracy=0.90)
    # The original: tanh < relu < leaky relu; here relu and leaky relu changed places.
    assert "Of the 3 pairs of values that the original's accuracies put in an order, 2 stand" in prose(
        text(results), "sec-exp-activation"
    )


def test_ties_are_told_as_ties(tmp_path):
    results = Results(tmp_path, shipped_config())
    results.set_run("lenet5", test_accuracy=0.91)
    results.set_run("lenet5__activation=relu", test_accuracy=0.90)
    results.set_run("lenet5__activation=leaky_relu", test_accuracy=0.91)
    for size in (100, 200, 400, 800, 1600, 3200):
        results.set_run(f"lenet5__scheduler=step__step_size={size}", test_accuracy=0.88)
    markdown = text(results)
    both = prose(markdown, "sec-exp-activation")
    assert "91.00 % (tanh and leaky ReLU), 1.00 points above the lowest, 90.00 % (ReLU)" in both
    assert "The original's highest, 90.50 %, stands at the same value." in both
    assert "all values end with the same test accuracy, 88.00 %" in prose(markdown, "sec-exp-scheduler_lr_0.001")
    assert "all values gave the same test accuracy, 88.00 %" in prose(markdown, "sec-factor-scheduler")


@pytest.mark.parametrize(("loss", "told"), [(0.0294, True), (0.0049, False)])
def test_a_higher_loss_of_the_combined_setting_is_told_only_if_it_is_so(tmp_path, loss, told):
    results = Results(tmp_path, shipped_config())
    for activation in ("relu", "leaky_relu"):
        run = f"lenet5__activation={activation}__batch_norm=true__channels=32x64x256__pooling=max"
        results.set_run(run, train_loss=loss)
    assert ("3.0 and 3.1 times the original's" in prose(text(results), "sec-exp-combined")) == told


def test_losses_of_different_kinds_are_not_compared(one_seed):
    assert "lowest final training loss" not in section(one_seed.output.markdown.read_text(), "sec-exp-loss")


def test_slips_of_the_original_are_named_with_its_own_numbers(one_seed):
    markdown = one_seed.output.markdown.read_text()
    assert "0.6372, is the highest of the three" in section(markdown, "sec-exp-optimizer")
    assert "from 0.1555 at 10 to 0.1242 at 40" in section(markdown, "sec-exp-batch_size")
    assert "differ by 1 image" in section(markdown, "sec-exp-combined")
    assert "a spread of 0.56 points" in section(markdown, "sec-exp-lenet5_base")


def test_dropout_curve_stands_beside_the_printed_one(one_seed):
    dropout = section(one_seed.output.markdown.read_text(), "sec-exp-dropout")
    assert re.search(r"\| 1 \| – \| 0\.\d{4} \| – \|", dropout)
    assert re.search(r"\| 20 \| 0\.2052 \| 0\.\d{4} \| [+−]?0\.\d{4} \|", dropout)


def test_a_diverged_run_is_told_and_not_averaged(tmp_path):
    results = Results(tmp_path, shipped_config())
    results.set_run("lenet5__learning_rate=0.0128", train_loss=float("nan"), test_accuracy=0.1, diverged=True)
    job = build(results)
    rates = section(job.output.markdown.read_text(), "sec-exp-learning_rate")
    assert re.search(r"\| 0\.0128 \(diverged: 1 of 1\) \| – \| 10\.00 \| 0\.4886 \|", rates)
    assert "At least one training diverged" in rates
    assert not re.search(r"\b(nan|None|inf)\b", job.output.markdown.read_text())


def test_markup_in_titles_and_banners_is_shown_as_text(tmp_path):
    evil = '<script>alert("1")</script> *a* $x$ | `b` [c](http://d.example) #e'
    config = shipped_config(report={"title": evil, "banner": evil})
    config["experiments"] = {"pooling": {**config["experiments"]["pooling"], "title": evil}}
    job = build(Results(tmp_path, config))
    html = job.output.html.read_text()
    assert "<script" not in html
    assert 'href="http' not in html
    assert "&lt;script&gt;" in html.split("</title>")[0]
    body = html.split("</title>")[1]
    # Banner, title, contents, heading, and the captions of figure and table.
    assert len(re.findall(r"&lt;script&gt;.*?\*a\*\s+\$x\$\s+\|\s+`b`", body, re.DOTALL)) >= 6
    assert job.output.pdf.read_bytes().startswith(b"%PDF")


def pages(job, tmp_path):
    """Return the PDF's pages, each as SVG."""
    source = tmp_path / "report.typ"
    rendering.write_typst(job.output.markdown, source, STYLE)
    made = typst.compile(str(source), root=str(tmp_path), format="svg", ignore_system_fonts=True)
    return made if isinstance(made, list) else [made]


BANNER = b"#7a1f1f"  # the only red of the PDF is the banner's ground


def test_banner_stands_on_every_page_of_the_pdf(three_seeds_with_banner, tmp_path):
    assert three_seeds_with_banner.output.pdf.read_bytes().startswith(b"%PDF")
    found = pages(three_seeds_with_banner, tmp_path)
    assert len(found) > 10
    assert all(BANNER in page for page in found)


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext reads the PDF's words")
def test_banner_can_be_read_on_every_page_of_the_pdf(three_seeds_with_banner):
    command = ["pdftotext", str(three_seeds_with_banner.output.pdf), "-"]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.rstrip("\f").split("\f")
    assert len(found) > 10
    assert all("These numbers mean nothing." in page for page in found)


def test_banner_stays_in_view_on_the_page(three_seeds_with_banner):
    html = three_seeds_with_banner.output.html.read_text()
    assert re.search(r'<div class="banner"[^>]*>These numbers mean nothing\.</div>', html)
    rule = re.search(r"\.banner \{(.*?)\}", html, re.DOTALL)[1]
    assert "position: sticky" in rule
    assert "top: 0" in rule


def test_without_a_banner_no_page_has_one(one_seed, tmp_path):
    assert 'class="banner"' not in one_seed.output.html.read_text()
    assert not any(BANNER in page for page in pages(one_seed, tmp_path))


def test_the_same_results_give_the_same_files(one_seed, tmp_path):
    again = build(Results(tmp_path, shipped_config()))
    assert again.output.markdown.read_bytes() == one_seed.output.markdown.read_bytes()
    assert again.output.html.read_bytes() == one_seed.output.html.read_bytes()
    assert again.output.pdf.read_bytes() == one_seed.output.pdf.read_bytes()


def test_only_the_three_files_are_left_in_the_report_folder(one_seed):
    assert sorted(p.name for p in one_seed.output.html.parent.iterdir()) == ["index.html", "report.md", "report.pdf"]


def only(*names, **more):
    config = shipped_config()
    config["experiments"] = {name: config["experiments"][name] for name in names} | more
    return config


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


@pytest.mark.parametrize("config", OTHERS.values(), ids=OTHERS.keys())
@pytest.mark.parametrize("seeds", [[0], [3, 4]], ids=["one seed", "two seeds"])
def test_the_report_builds_from_any_experiments(tmp_path, config, seeds):
    job = build(Results(tmp_path, {**config, "seeds": seeds}))
    html = job.output.html.read_text()
    for name in config["experiments"]:
        assert f'id="tbl-{name}"' in html
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


def test_a_reference_to_nothing_is_an_error(tmp_path):
    (tmp_path / "a.md").write_text("See [](#fig-missing).\n")
    with pytest.raises(RenderingError, match="#fig-missing"):
        rendering.write_html(tmp_path / "a.md", tmp_path / "a.html", STYLE)
