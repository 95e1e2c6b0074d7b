"""What the report says of classes and of test images."""

import re

import numpy as np
import pandas as pd
import pytest
from made_up_results import Results, shipped_config
from report_builders import prose, text

from fmnist.analysis.tables import to_csv
from fmnist.report.image_noise import read_image_noise

pytestmark = pytest.mark.slow


def test_the_hardest_classes_and_the_changes_are_those_of_the_results(five_seeds):
    # The made-up runs take the later classes for the next one most often.
    classes = prose(five_seeds, "sec-classes")
    (hard,) = re.findall(r"hardest classes are (.*?), of which", classes)
    assert set(hard.replace(" and ", ", ").split(", ")) == {"Ankle boot", "Bag", "Sneaker", "Shirt"}
    assert "| Best: max pooling |" in classes
    assert "Ankle boot taken for T-shirt/top" in classes
    ((overall, gains, loses),) = re.findall(r"\| SGD \| −([\d.]+) \| (.*?) \| (.*?) \| \d+ of 10 \|", classes)
    assert float(overall) == pytest.approx(19, abs=1.5)
    assert gains == "–"
    assert re.fullmatch(r"\*\*Ankle boot \(−\d\d\.\d\)\*\*", loses)
    shown = int(re.findall(r"Of the 120 differences, (\d+) are beyond seed noise", classes)[0])
    assert shown == sum(map(int, re.findall(r"\| (\d+) of 10 \|", classes))) > 0


def test_several_seeds_are_resampled_and_one_tests_nothing(five_seeds, one_seed):
    images = prose(five_seeds, "sec-images")
    assert re.search(r"of \d+ differences (is|are) clear of zero at 95 % over the seeds, and \d+ over both", images)
    assert "| pooling-max: max pooling against LeNet-5, base case | 5 | +" in images
    classes, images = prose(one_seed, "sec-classes"), prose(one_seed, "sec-images")
    assert "With one seed, none of this can be told from seed noise" in classes
    assert "**" not in classes
    assert "With one seed of a run there are no seeds to resample" in images
    assert "over the seeds" not in images


@pytest.mark.parametrize(
    ("lacks", "lacking", "said", "reused", "trained_here"),
    [
        (lambda run_id, seed: seed == 1, 41, "rest on fewer seeds", 123, "None was trained"),
        (lambda run_id, seed: run_id == "lenet5__pooling=max", 3, "left out", 122, "One was trained"),
        (lambda run_id, seed: True, 123, "none has predictions", 1, "122 were trained"),
    ],
    ids=["one seed", "one run", "all"],
)
def test_reused_runs_and_runs_without_predictions_are_counted(tmp_path, lacks, lacking, said, reused, trained_here):
    results = Results(tmp_path, shipped_config(seeds=[0, 1, 2]))
    pairs = zip(results.runs["run_id"], results.runs["seed"], strict=True)
    results.unpredicted = {pair for pair in pairs if lacks(*pair)}
    results.reused = [{"from": "kept", "runs": reused, "git_revisions": ["a" * 40, "b" * 40]}]
    markdown = text(results)
    assert f"Of 123 trainings, {lacking} were reused" in prose(markdown, "sec-classes")
    assert trained_here in prose(markdown, "sec-how")
    assert f"`kept`, of the code of the revisions `{'a' * 10}` and `{'b' * 10}`" in prose(markdown, "sec-how")
    assert ("| max pooling |" in prose(markdown, "sec-classes")) == (lacking == 41)
    assert said in prose(markdown, "sec-images")


def frame(*rows):
    """Build an image_noise.csv of (effect, seeds_error, images_error, both_error); intervals are ± two errors."""
    table = pd.DataFrame(rows, columns=["effect", "seeds_error", "images_error", "both_error"])
    for kind in ("seeds", "images", "both"):
        table[f"{kind}_lower"] = table["effect"] - 2 * table[f"{kind}_error"]
        table[f"{kind}_upper"] = table["effect"] + 2 * table[f"{kind}_error"]
    first, seeds = "A" + table["effect"].astype(str), {"first_seeds": 3, "second_seeds": 3}
    return table.assign(claims="c", first=first, second="B", first_run="a", second_run="b", images=1000, **seeds)


def test_counts_over_the_table_of_noise(tmp_path):
    table = frame((1.0, 0.1, 0.2, 0.25), (0.5, 0.2, 0.1, 0.3), (-0.1, 0.2, 0.3, 0.4), (2.0, np.nan, 0.9, np.nan))
    (tmp_path / "n.csv").write_text(to_csv(table), encoding="utf-8")
    noise = read_image_noise(tmp_path / "n.csv", pd.Series({"a": 3, "b": 4}))
    assert [row["differs_over_seeds"] for row in noise["pairs"]] == [True, True, False, False]
    assert [row["differs"] for row in noise["pairs"]] == [True, False, False, True]  # the last over images alone
    assert noise["lost"] == ["A0.5 against B"]
    assert (len(noise["several"]), noise["larger"], noise["fewer_pairs"], noise["fewer"]) == (3, 2, 4, [3] * 8)
    # The images' median is without the pair that has no seeds to compare it with.
    assert [noise["typical"][name] for name in ("seeds_error", "images_error")] == pytest.approx([0.2, 0.2])
    assert (noise["pairs"][-1]["lower"], noise["pairs"][-1]["upper"]) == pytest.approx((0.2, 3.8))
