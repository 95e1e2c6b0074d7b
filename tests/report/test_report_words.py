"""The report's words and numbers about experiments: they follow the runs."""

import re

import pytest
from made_up_results import Results, shipped_config
from report_builders import build, prose, section, text


def test_one_seed_draws_no_verdict_and_no_interval(one_seed_report):
    markdown = one_seed_report.output.markdown.read_text()
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
    assert "7.00 points, is higher than LeNet-5’s, 4.00 points" in networks


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


def test_losses_of_different_kinds_are_not_compared(one_seed_report):
    assert "lowest final training loss" not in section(one_seed_report.output.markdown.read_text(), "sec-exp-loss")


def test_slips_of_the_original_are_named_with_its_own_numbers(one_seed_report):
    markdown = one_seed_report.output.markdown.read_text()
    assert "0.6372, is the highest of the three" in section(markdown, "sec-exp-optimizer")
    assert "from 0.1555 at 10 to 0.1242 at 40" in section(markdown, "sec-exp-batch_size")
    assert "differ by 1 image" in section(markdown, "sec-exp-combined")
    assert "a spread of 0.56 points" in section(markdown, "sec-exp-lenet5_base")


def test_dropout_curve_stands_beside_the_printed_one(one_seed_report):
    dropout = section(one_seed_report.output.markdown.read_text(), "sec-exp-dropout")
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
