"""What the report says of experiments, runs and the original's numbers."""

import re

import pandas as pd
import pytest
from builders import runs_frame
from made_up_results import Results, only, shipped_config
from report_builders import prose, section, summary, text

from fmnist.plan.original import ReportedRun
from fmnist.report.results import Row, outside, sort_candidates
from fmnist.report.runs import summarise_runs


def row_with(**numbers):
    return Row(**(dict.fromkeys(Row.__dataclass_fields__) | numbers))


@pytest.mark.parametrize(("number", "expected"), [(1.0, True), (2.0, True), (0.99, False), (2.01, False)])
def test_a_number_at_the_edge_of_the_interval_is_inside(number, expected):
    row = row_with(train_loss_lower=1.0, train_loss_upper=2.0)
    assert row.could_be("train_loss", number) is expected
    assert row.could_be("accuracy", number) is None


def candidate(loss, accuracy):
    bounds = {"train_loss_lower": loss, "train_loss_upper": loss and loss + 1}
    return row_with(
        value=f"{loss}, {accuracy}", accuracy_lower=accuracy, accuracy_upper=accuracy and accuracy + 1, **bounds
    )


def test_candidates_are_sorted_by_both_numbers():
    rows = [candidate(*pair) for pair in ((1.0, 91.5), (2.0, 91.5), (1.0, 90.5), (None, None), (1.0, None))]
    assert sort_candidates(rows, ReportedRun(accuracy=92.0, train_loss=1.5)) == {
        "inside": ["1.0, 91.5"],
        "ruled_out": ["2.0, 91.5", "1.0, 90.5"],
        "open": ["None, None", "1.0, None"],
        "ruled_out_by_accuracy": ["1.0, 90.5"],
    }
    no_loss = ReportedRun(accuracy=92.0, train_loss=None)
    assert [row.could_print(no_loss) for row in rows] == [True, True, False, None, None]


def line(inside, experiment="optimizer", value="sgd", measure="accuracy"):
    return {"experiment": experiment, "value": value, "measure": measure, "inside": inside}


def test_numbers_outside_are_named_and_counted():
    rows = [line("false", measure="train_loss"), line("false", "mine", "true"), *[line("true")] * 18, line(None)]
    found = outside(rows, {"optimizer": "Optimiser"})
    assert (found["tested"], found["expected"], found["count"]) == (20, 1.0, 2)
    assert found["p"] == pytest.approx(1 - 0.95**20 - 20 * 0.05 * 0.95**19)
    assert found["names"] == {"accuracy": ["mine (with)"], "train_loss": ["Optimiser (SGD)"]}
    assert outside([line(None)], {})["p"] is None


def test_rises_and_decays_are_counted_seed_by_seed():
    runs = runs_frame([("fc", seed, 0.9, 0.2) for seed in range(2)], generalization_gap=0.05, seconds=1.0)
    losses = {0: [3.0, 2.0, 2.5, 1.0], 1: [3.0, 3.5, 4.0, 4.0]}  # their mean rises once, where one falls
    rates = {0: [0.1, 0.1, 0.01, 0.01], 1: [0.1] * 4}
    curves = pd.DataFrame(
        [
            {"run_id": "fc", "seed": seed, "epoch": epoch, "train_loss": loss, "learning_rate": rates[seed][epoch]}
            for seed in (1, 0)
            for epoch, loss in enumerate(losses[seed])
        ]
    ).sort_values("epoch", ascending=False)
    run = summarise_runs(runs.assign(fitted_train_accuracy=0.9, parameter_count=1), curves)["fc"]
    assert [run[name] for name in ("rises", "rises_text", "steps", "decayed")] == [[1, 2], "1 to 2", 3, 1]
    assert run["curve"] == [3.0, 2.75, 3.25, 2.5]
    assert (run["accuracy"], run["accuracy_sd"], run["gap"]) == (pytest.approx(90), 0, pytest.approx(5))


def near(results, run_id, accuracy, loss):
    """Give seeds 0, 1 and 2 sample deviations of 0.1 points and 0.0001: intervals of ± 0.497 and ± 0.0005."""
    accuracies = [(accuracy + d) / 100 for d in (-0.1, 0, 0.1)]
    results.set_run(run_id, test_accuracy=accuracies, train_loss=[loss - 1e-4, loss, loss + 1e-4])


def with_candidates(folder, relu=92.0, seeds=(0, 1, 2)):
    config = only("combined", "combined_more", "combined_step") | {"seeds": list(seeds), "extensions": True}
    results = Results(folder, config)
    if len(seeds) == 3:
        ours = [(92.0, 0.0098), (92.0, 0.0150), (91.0, 0.0098), *[(91.0, 0.0150)] * 7]
        for member, numbers in zip(results.plan.experiments["combined_more"].members, ours, strict=True):
            near(results, member.run_id, *numbers)
        near(results, results.plan.experiments["combined_step"].members[0].run_id, relu, 0.0098)
    return text(results)


@pytest.mark.parametrize(("relu", "verb", "said"), [(92.0, "passes", "It passes"), (91.0, "fails", "It fails")])
def test_candidates_of_the_combined_setting(tmp_path, relu, verb, said):
    markdown = with_candidates(tmp_path, relu)
    table = section(markdown, "sec-exp-combined_more")
    for name, loss, accuracy in (
        ("nothing more", "0.0093 to 0.0103 | inside", "91.50 to 92.50 | inside"),
        ("StepLR 800", "0.0145 to 0.0155 | outside", "91.50 to 92.50 | inside"),
    ):
        assert f"\n| {name} | 3 | {loss} | {accuracy} |\n" in table
    assert "Inside both: nothing more. Ruled out: StepLR 800, StepLR 1600," in " ".join(table.split())
    assert "10 settings that were tried for it ([](#sec-exp-combined_more)), 1 could have" in summary(markdown)
    assert f"*Combined setting with StepLR 1600* {verb} a further test" in summary(markdown)
    assert said in prose(markdown, "sec-exp-combined_step")


def test_with_one_seed_no_candidate_is_ruled_out(tmp_path):
    markdown = with_candidates(tmp_path, seeds=[0])
    assert "One seed: none can be ruled out." in prose(markdown, "sec-exp-combined_more")
    assert "the test is open" in prose(markdown, "sec-exp-combined_step")


def test_one_seed_draws_no_verdict_and_no_interval(one_seed):
    comparison = section(one_seed, "sec-comparison")
    assert comparison.count("one seed: no interval") == 85  # 44 accuracies, 41 losses
    assert "Inside" not in comparison
    assert "one seed: no verdict" in section(one_seed, "sec-factor-pooling")
    assert "±" not in section(one_seed, "sec-exp-pooling")


def test_several_seeds_bring_spreads_and_intervals(five_seeds):
    comparison = section(five_seeds, "sec-comparison")
    assert len(re.findall(r"\| (?:inside|\*\*outside\*\*) \|$", comparison, re.MULTILINE)) == 85
    assert re.search(r"\| SGD \| 75\.93 \| 70\.00 ± 0\.16 .* \| \*\*outside\*\* \|", comparison)
    assert "Optimiser (SGD)" in comparison.split("Outside lie")[1]
    assert "±" in section(five_seeds, "sec-exp-pooling")


@pytest.mark.parametrize(
    ("maximum", "words"), [(0.93, "3.00 points higher than"), (0.89, "1.00 points lower than"), (0.9, "equal to that")]
)
def test_comparisons_follow_the_runs(tmp_path, maximum, words):
    results = Results(tmp_path, only("lenet5_base", "fully_connected", "pooling"))
    results.set_run("lenet5__pooling=max", test_accuracy=maximum)
    results.set_run("lenet5", test_accuracy=0.90, generalization_gap=0.04)
    results.set_run("fc", test_accuracy=0.88, generalization_gap=0.07)
    markdown = text(results)
    assert words in prose(markdown, "sec-factor-pooling")
    networks = prose(markdown, "sec-networks")
    assert "90.00 %, is higher than the fully connected network's 88.00 % (difference +2.00 points" in networks
    assert "7.00 points, is higher than LeNet-5’s, 4.00 points" in networks


def test_ties_and_rankings(tmp_path):
    results = Results(tmp_path, only("activation"))
    for run, accuracy in (("", 0.91), ("__activation=relu", 0.90), ("__activation=leaky_relu", 0.91)):
        results.set_run(f"lenet5{run}", test_accuracy=accuracy)
    told = prose(text(results), "sec-exp-activation")
    assert "91.00 % (tanh and leaky ReLU), 1.00 points above the lowest, 90.00 % (ReLU)" in told
    assert "1 of 3 pairwise rankings" in told  # the original: tanh < ReLU < leaky ReLU


def test_the_dropout_curve_is_beside_the_printed_one(one_seed):
    dropout = section(one_seed, "sec-exp-dropout")
    assert re.search(r"\| 1 \| – \| 0\.\d{4} \| – \|", dropout)
    assert re.search(r"\| 20 \| 0\.2052 \| 0\.\d{4} \| [+−]?0\.\d{4} \|", dropout)


def test_a_diverged_run_and_a_missing_seed_are_named(tmp_path):
    results = Results(tmp_path, shipped_config(seeds=[0, 1, 2, 3]))
    results.runs = results.runs[~((results.runs["run_id"] == "lenet5__pooling=max") & (results.runs["seed"] == 3))]
    results.set_run("lenet5__learning_rate=0.0128", train_loss=float("nan"), test_accuracy=0.1, diverged=True)
    markdown = text(results)
    rates = section(markdown, "sec-exp-learning_rate")
    assert re.search(r"\| 0\.0128 \(diverged: 4 of 4\) \| – \| 10\.00 ± 0\.00 \| 0\.4886 \|", rates)
    assert "0 diverged, and 1 is missing" in prose(markdown, "claim-pooling-max")
    assert "4 diverged, and 0 are missing" in prose(markdown, "claim-lr-acc")
    assert not re.search(r"\b(nan|None|inf)\b", markdown)
