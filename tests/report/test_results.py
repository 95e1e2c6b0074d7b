"""What the report says of experiments, runs and the original's numbers."""

import re

import pandas as pd
import pytest
from builders import curves_frame, runs_frame
from made_up_results import Results, only, shipped_config
from report_builders import prose, section, text

from fmnist.plan.original import ReportedRun
from fmnist.report.results import Row, outside, sign_changes, sort_candidates
from fmnist.report.runs import summarise_runs

pytestmark = pytest.mark.slow


def row_with(loss, accuracy):
    """Build a row whose intervals begin at a loss and an accuracy, and are 1 wide; None: no interval."""
    ends = {"train_loss_upper": loss and loss + 1, "accuracy_upper": accuracy and accuracy + 1}
    return Row(value=f"{loss}, {accuracy}", train_loss_lower=loss, accuracy_lower=accuracy, **ends)


def test_candidates_are_sorted_by_both_numbers():
    rows = [row_with(*pair) for pair in ((1.0, 91.5), (2.0, 91.5), (1.0, 90.5), (None, None), (1.0, None))]
    assert sort_candidates(rows, ReportedRun(accuracy=92.0, train_loss=1.5)) == {
        "inside": ["1.0, 91.5"],
        "ruled_out": ["2.0, 91.5", "1.0, 90.5"],
        "open": ["None, None", "1.0, None"],
        "ruled_out_by_accuracy": ["1.0, 90.5"],
    }
    edges = [rows[0].could_be("train_loss", number) for number in (0.99, 1.0, 2.0, 2.01)]
    assert edges == [False, True, True, False]
    no_loss = ReportedRun(accuracy=92.0, train_loss=None)
    assert [row.could_print(no_loss) for row in rows] == [True, True, False, None, None]


def test_a_change_of_sign_takes_two_intervals_without_zero():
    ends = [((1, 2), (-2, -1)), ((-2, -1), (1, 2)), ((1, 2), (-2, 1)), ((1, 2), (1, 2)), ((None, None), (None, None))]
    effects = {
        kind: [{"name": number, "lower": pair[place][0], "upper": pair[place][1]} for number, pair in enumerate(ends)]
        for place, kind in enumerate(("alone", "beside"))
    }
    assert [alone["name"] for alone, _ in sign_changes(effects)] == [0, 1]


def line(inside, experiment="optimizer", value="sgd", measure="accuracy"):
    return {"experiment": experiment, "value": value, "measure": measure, "inside": inside}


def test_numbers_outside_are_named_and_counted():
    rows = [line("false", measure="train_loss"), line("false", "mine", "true"), *[line("true")] * 18, line(None)]
    found = outside(rows, {"optimizer": "Optimiser"})
    assert (found["tested"], found["count"]) == (20, 2)
    assert found["names"] == {"accuracy": ["mine (with)"], "train_loss": ["Optimiser (SGD)"]}


def test_rises_and_decays_are_counted_seed_by_seed():
    runs = runs_frame([("fc", seed, 0.9, 0.2) for seed in range(2)], generalization_gap=0.05, parameter_count=1)
    losses = [3.0, 2.0, 2.5, 1.0, 3.0, 3.5, 4.0, 4.0]  # their mean rises once, where one falls
    curves = curves_frame(["fc"], (0, 1), 4).assign(train_loss=losses, learning_rate=[1.0, 1.0, 0.1, 0.1, *[1.0] * 4])
    run = summarise_runs(runs, curves.sort_values("epoch", ascending=False))["fc"]
    assert [run[name] for name in ("rises", "rises_text", "steps", "decayed")] == [[1, 2], "1 to 2", 3, 1]
    assert run["curve"] == [3.0, 2.75, 3.25, 2.5]
    assert (run["accuracy"], run["accuracy_sd"], run["generalization_gap"]) == (pytest.approx(90), 0, pytest.approx(5))


def candidates(folder, relu, seeds):
    """Render the candidates, of seeds with sample deviations of 0.1 points and 0.0001."""
    config = only("combined", "combined_more", "combined_step") | {"seeds": seeds, "extensions": True}
    results = Results(folder, config)
    more, (first, *_) = (results.plan.experiments[f"combined_{name}"].members for name in ("more", "step"))
    ours = [(92.0, 0.0098), (92.0, 0.0150), (91.0, 0.0098), *[(91.0, 0.0150)] * 7, (relu, 0.0098)]
    around = pd.Series([-1, 0, 1][:seeds])
    for member, (accuracy, loss) in zip((*more, first), ours, strict=True):
        results.set_run(
            member.run_id,
            test_accuracy=((accuracy + around / 10) / 100).tolist(),
            train_loss=(loss + around / 1e4).tolist(),
        )
    return text(results)


@pytest.mark.parametrize(("relu", "verb"), [(92.0, "passes"), (91.0, "fails")])
def test_candidates_of_the_combined_setting(tmp_path, relu, verb):
    markdown = candidates(tmp_path, relu, 3)
    table = prose(markdown, "sec-exp-combined_more")
    for name, loss in (("nothing more", "inside"), ("StepLR 800", "outside")):
        assert re.search(rf"\| {name} \| 3 \| [\d.]+ to [\d.]+ \| {loss} \| [\d.]+ to [\d.]+ \| inside \|", table)
    assert "Inside both: nothing more. Ruled out: StepLR 800, StepLR 1600," in table
    assert "could have printed" in prose(markdown, "sec-exp-combined_more")
    assert f"It {verb}, with 3 seeds: " in prose(markdown, "sec-exp-combined_step")


def test_with_one_seed_candidates_are_a_table_and_nothing_is_said_of_them(tmp_path):
    markdown = candidates(tmp_path, 92.0, 1)
    more, step = prose(markdown, "sec-exp-combined_more"), prose(markdown, "sec-exp-combined_step")
    assert "| too few seeds |" in more
    assert "Ruled out" not in more
    assert not re.search(r"It (passes|fails)", step)


def test_only_several_seeds_bring_spreads_and_intervals(one_seed, five_seeds):
    one, five = (section(markdown, "sec-comparison") for markdown in (one_seed, five_seeds))
    assert [len(re.findall(r"\d to \d", part.split("| Run |")[1])) for part in (one, five)] == [0, 85]
    assert "prediction interval; one seed has none" in one
    assert "Outside" not in one
    assert re.search(r"\| SGD \| 75\.93 \| 70\.00 \| [\d.]+ to [\d.]+ \*\*\(outside\)\*\* \|", five)
    assert "Optimiser (SGD)" in five.split("Outside: the accuracies of")[1]
    assert ["±" in section(markdown, "sec-exp-pooling") for markdown in (one_seed, five_seeds)] == [False, True]


def test_extremes_and_rankings(tmp_path):
    results = Results(tmp_path, {**only("activation"), "seeds": 3})
    for run, accuracy in (("", 0.91), ("__activation=relu", 0.90), ("__activation=leaky_relu", 0.91)):
        results.set_run(f"lenet5{run}", test_accuracy=accuracy)
    found = prose(text(results), "sec-exp-activation")
    assert "from 90.00 % (ReLU) to 91.00 % (tanh)" in found
    assert "1 of 3 pairwise rankings" in found  # the original: tanh < ReLU < leaky ReLU


def test_the_dropout_curve_is_beside_the_printed_one(one_seed):
    dropout = section(one_seed, "sec-exp-dropout")
    assert re.search(r"\| 1 \| – \| 0\.\d{4} \| – \|", dropout)
    assert re.search(r"\| 20 \| 0\.2052 \| 0\.\d{4} \| [+−]?0\.\d{4} \|", dropout)


def test_a_diverged_run_and_a_missing_seed_are_named(tmp_path):
    results = Results(tmp_path, shipped_config(seeds=[0, 1, 2, 3]))
    results.runs = results.runs[~((results.runs["run_id"] == "lenet5__pooling=max") & (results.runs["seed"] == 3))]
    diverged = {"train_loss": float("nan"), "diverged": True, "epochs_trained": 1}
    results.set_run("lenet5__learning_rate=0.0128", test_accuracy=0.1, **diverged)
    markdown = text(results)
    rates = section(markdown, "sec-exp-learning_rate")
    assert re.search(r"\| 0\.0128 \(diverged: 4 of 4\) \| – \| 10\.00 ± 0\.00 \| 0\.4886 \|", rates)
    assert "1 seed is not in every run." in prose(markdown, "claim-max-pooling")
    assert "Of the runs, 4 diverged." in prose(markdown, "claim-rate-acc")
    assert not re.search(r"\b(nan|None|inf)\b", markdown)
