"""What the report says beside its numbers: what a claim's comparison leaves out, and what was never put to work."""

import pandas as pd
import pytest
from builders import runs_frame
from made_up_results import Results, shipped_config
from report_builders import only, prose, text

from fmnist.report.comparison import outside
from fmnist.report.results import summarise_runs


def with_extensions(folder, *names):
    return Results(folder, only(*names) | {"seeds": [0, 1, 2], "extensions": True})


@pytest.mark.parametrize(
    ("at_equal_steps", "said"),
    [
        (
            0.10,
            "With equal steps it is the other way round ([](#sec-exp-step_budget)): the gap is 2.00 points with batch",
        ),
        (0.01, "With equal steps it can be another"),
    ],
)
def test_what_a_large_batch_does_depends_on_what_is_held_fixed(tmp_path, at_equal_steps, said):
    results = with_extensions(tmp_path, "batch_size", "step_budget")
    results.set_run("lenet5__batch_size=10", generalization_gap=0.06)
    results.set_run("lenet5__batch_size=1280", generalization_gap=0.02)
    results.set_run("lenet5__batch_size=10__epochs=2", generalization_gap=0.02)
    results.set_run("lenet5__batch_size=1280__epochs=255", generalization_gap=at_equal_steps)
    markdown = text(results)
    entry = prose(markdown, "claim-batch-large-overfit")
    assert "**Contradicted.**" in entry
    assert said in entry
    assert said in " ".join(markdown.split("# Environment")[0].split())  # where it is a finding, too
    assert "| 10 | 2 | 2.00 ± 0.00 | 20 | 6.00 ± 0.00 |" in markdown


def test_without_the_extension_the_confounding_is_still_told(tmp_path):
    entry = prose(text(Results(tmp_path, shipped_config())), "claim-batch-large-overfit")
    assert "This is with equal epochs, in which a large batch takes fewer steps. Tested:" in entry


def test_a_scheduler_that_never_acts_is_called_so(tmp_path):
    markdown = text(with_extensions(tmp_path, "lenet5_base", "scheduler_lr_0.001", "plateau_scheduler"))
    assert "**That never happened:** in none of the 3 seeds was the rate" in prose(
        markdown, "sec-exp-plateau_scheduler"
    )
    assert "the scheduler never lowered the rate" in prose(markdown, "claim-plateau-scheduler")
    assert "it never came to lower the rate" in prose(markdown, "sec-factor-scheduler")


def test_with_one_seed_the_scheduler_that_never_acts_is_told_of_one_run(tmp_path):
    config = only("plateau_scheduler") | {"extensions": True}
    found = prose(text(Results(tmp_path, config)), "sec-exp-plateau_scheduler")
    assert "**That never happened:** the rate was not lowered in this run, so that it is a training without" in found


def test_without_a_batch_size_that_is_compared_nothing_is_said_of_it(tmp_path):
    entry = prose(text(with_extensions(tmp_path, "lenet5_base", "step_budget")), "claim-batch-large-overfit")
    assert "**Not testable.**" in entry
    assert "equal epochs" not in entry


def test_without_all_four_changes_nothing_is_held_against_them(tmp_path):
    results = with_extensions(tmp_path, "pooling", "combined_without")
    del results.config["experiments"]["combined_without"]["cases"]["all four"]
    markdown = text(Results(tmp_path / "less", results.config))
    assert "the test accuracy is" not in prose(markdown, "sec-exp-combined_without").split("beside the other three.")[1]
    assert "taken out of the combined setting" not in prose(markdown, "sec-factor-pooling")


def test_an_activation_varied_in_another_setting_is_not_taken_for_the_base_cases(tmp_path):
    found = prose(text(with_extensions(tmp_path, "activation", "combined", "combined_step")), "sec-factor-activation")
    assert found.count("gave the highest test accuracy") == 1


def test_what_a_change_brings_beside_the_others_is_told_with_its_factor(tmp_path):
    results = with_extensions(tmp_path, "pooling", "channels", "combined", "combined_without")
    whole, *others = results.plan.experiments["combined_without"].members
    results.set_run(whole.run_id, test_accuracy=0.91)
    for place, member in enumerate(others):
        results.set_run(member.run_id, test_accuracy=0.90 + 0.005 * place)
    markdown = text(results)
    assert "the test accuracy changes by −1.00 points ([](#sec-exp-combined_without))" in prose(
        markdown, "sec-factor-channels"
    )
    assert "the test accuracy changes by −0.50 points" in prose(markdown, "sec-factor-pooling")
    own = prose(markdown, "sec-exp-combined_without")
    assert (
        "is −1.00 points without channels, −0.50 points without max pooling, 0.00 points without batch norm and" in own
    )
    assert "So nothing is lost without batch norm and without leaky ReLU." in own


def test_momentum_is_told_by_the_runs(tmp_path):
    config = only("momentum") | {"extensions": True}
    assert "longer, up to 10 times (1 / (1 − 0.9))" in prose(text(Results(tmp_path / "a", config)), "sec-exp-momentum")
    config["experiments"]["momentum"] = {**config["experiments"]["momentum"], "sweep": {"momentum": [0.0, 0.5]}}
    assert "longer, up to 2 times (1 / (1 − 0.5))" in prose(text(Results(tmp_path / "b", config)), "sec-exp-momentum")


def test_numbers_outside_are_named_and_weighed(tmp_path):
    results = Results(tmp_path, shipped_config(seeds=[0, 1, 2]))
    results.runs.loc[results.runs["run_id"] == "lenet5__optimizer=sgd", "test_accuracy"] -= 0.2
    comparison = prose(text(results), "sec-comparison")
    assert "about 4 of them would be expected outside." in comparison
    assert "Outside lie the accuracies of Optimiser (SGD)" in comparison
    assert "more than chance explains" not in comparison


def line(inside, experiment="optimizer", value="sgd", measure="accuracy"):
    return {"experiment": experiment, "value": value, "measure": measure, "inside": inside}


def test_how_likely_so_many_outside_are():
    rows = [line("false", measure="train_loss"), line("false", "mine", "true"), *[line("true")] * 18, line(None)]
    found = outside(rows, {"optimizer": "Optimiser"})
    assert (found.tested, found.expected) == (20, 1.0)
    assert found.p == pytest.approx(1 - 0.95**20 - 20 * 0.05 * 0.95**19)
    assert [row["name"] for row in found.of("accuracy")] == ["mine (with)"]
    assert [row["name"] for row in found.of("train_loss")] == ["Optimiser (SGD)"]
    assert outside([line(None)], {}).p is None


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
    assert (run.rises, run.told_rises, run.steps, run.decayed) == ((1, 2), "1 to 2", 3, 1)
