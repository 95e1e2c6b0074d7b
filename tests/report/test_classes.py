"""What the report says of classes and of test images."""

import re

import pytest
from made_up_results import Results, shipped_config
from report_builders import prose, text

pytestmark = pytest.mark.slow


def test_the_hardest_classes_and_the_changes_are_those_of_the_results(five_seeds):
    # The made-up runs take the later classes for the next one most often.
    classes = prose(five_seeds, "sec-classes")
    (hard,) = re.findall(r"four hardest classes, (.*?)\. It recognises", classes)
    assert set(hard.replace(" and ", ", ").split(", ")) == {"Ankle boot", "Bag", "Sneaker", "Shirt"}
    assert "| Best: max pooling |" in classes
    assert "Ankle boot taken for T-shirt/top" in classes
    ((overall, gains, loses),) = re.findall(r"\| SGD \| −([\d.]+) \| (.*?) \| (.*?) \| \d+ of 10 \|", classes)
    assert float(overall) == pytest.approx(19, abs=1.5)
    assert gains == "–"
    assert re.fullmatch(r"\*\*Ankle boot \(−\d\d\.\d\)\*\*", loses)
    shown = int(re.findall(r"Of the 120 differences, (\d+) are beyond seed noise", classes)[0])
    assert shown == sum(map(int, re.findall(r"\| (\d+) of 10 \|", classes))) > 0


def test_several_seeds_are_judged_over_images_and_one_tests_nothing(five_seeds, one_seed):
    images = prose(five_seeds, "sec-images")
    assert re.search(r"\d+ of \d+ verdicts about accuracies stay", images)
    assert "| [max-pooling](#claim-max-pooling) | 5 | +" in images
    classes, images = prose(one_seed, "sec-classes"), prose(one_seed, "sec-images")
    assert "beyond seed noise" not in classes
    assert "**" not in classes
    assert images.startswith("| Claim |")


@pytest.mark.parametrize(
    ("lacks", "told", "judged", "reused", "taken"),
    [
        (lambda run_id, seed: seed == 1, "The predictions of 41 of 123 trainings", False, 123, "All of these were"),
        (
            lambda run_id, seed: run_id == "lenet5__pooling=max",
            "predictions of 3 of 123",
            True,
            122,
            "122 of these were",
        ),
        (lambda run_id, seed: True, "No run of the original has predictions", False, 1, "1 of these was"),
    ],
    ids=["one seed", "one run", "all"],
)
def test_reused_runs_and_runs_without_predictions_are_counted(tmp_path, lacks, told, judged, reused, taken):
    results = Results(tmp_path, shipped_config(seeds=[0, 1, 2]))
    pairs = zip(results.runs["run_id"], results.runs["seed"], strict=True)
    results.unpredicted = {pair for pair in pairs if lacks(*pair)}
    results.reused = [{"from": "kept", "runs": reused, "git_revisions": ["a" * 40, "b" * 40]}]
    markdown = text(results)
    classes, how = prose(markdown, "sec-classes"), prose(markdown, "sec-how")
    assert told in classes
    assert f"{taken} not run for this report but taken from `kept`." in how
    assert f"Code revisions: `{'f' * 10}`, `{'a' * 10}`, `{'b' * 10}`." in how
    assert ("| max pooling |" in classes) == ("41" in told)
    assert ("Over seeds and test images: " in prose(markdown, "claim-dropout-acc")) == judged
    assert "Over seeds and test images: " not in prose(markdown, "claim-max-pooling")
