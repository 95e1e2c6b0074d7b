"""What the report says of classes and of test images."""

import re

import numpy as np
import pandas as pd
import pytest
from made_up_results import Results, only, shipped_config
from report_builders import prose, text

from fmnist.analysis.tables import to_csv
from fmnist.report.image_noise import read_image_noise


def test_the_hardest_classes_are_those_of_the_results(five_seeds):
    # The made-up runs take the later classes for the next one most often.
    classes = prose(five_seeds, "sec-classes")
    hard = re.findall(r"hardest classes are (.*?), of which", classes)[0]
    assert set(hard.replace(" and ", ", ").split(", ")) == {"Ankle boot", "Bag", "Sneaker", "Shirt"}
    assert re.search(r"of T-shirt/top the most, 100\.0 %", classes)
    assert "| Best: max pooling |" in classes
    assert "Ankle boot taken for T-shirt/top" in classes


def test_the_changes_name_the_classes_that_gain_and_lose(five_seeds):
    classes = prose(five_seeds, "sec-classes")
    (sgd,) = re.findall(r"\| SGD \| (−[\d.]+) \| (.*?) \| (.*?) \| (\d+) of 10 \|", classes)
    assert float(sgd[0].replace("−", "-")) == pytest.approx(-19, abs=1.5)
    assert sgd[1] == "–"  # no class gains
    assert re.fullmatch(r"\*\*Ankle boot \(−\d\d\.\d\)\*\*", sgd[2])
    shown = int(re.findall(r"Of the 120 differences, (\d+) are beyond seed noise", classes)[0])
    assert shown == sum(map(int, re.findall(r"\| (\d+) of 10 \|", classes))) > 0


def test_one_seed_tests_nothing(one_seed):
    classes, images = prose(one_seed, "sec-classes"), prose(one_seed, "sec-images")
    assert "With one seed, none of this can be told from seed noise" in classes
    assert "**" not in classes
    assert "of 10 |" not in classes
    assert "With one seed of a run there are no seeds to resample" in images
    assert "over the seeds" not in images
    assert "– |" not in images


def test_images_are_beside_seeds(five_seeds):
    images = prose(five_seeds, "sec-images")
    assert re.search(r"of \d+ differences (is|are) clear of zero at 95 % over the seeds, and \d+ over both", images)
    assert "| pooling-max: max pooling against LeNet-5, base case | 5 | +" in images


def test_without_a_base_case_the_first_run_decides(tmp_path):
    markdown = text(Results(tmp_path, only("fully_connected")))
    assert "With the run *Fully connected network*, in this run" in prose(markdown, "sec-classes")
    assert "No claim about accuracy compares two runs" in prose(markdown, "sec-images")


def test_runs_that_are_missing_are_left_out(tmp_path):
    results = Results(tmp_path, shipped_config())
    results.runs = results.runs[~results.runs["run_id"].isin(["fc", "lenet5__loss=mse"])]
    found = prose(text(results), "sec-classes")
    assert "Fully connected network" not in found
    assert "| MSE |" not in found
    assert "| multi-margin |" in found


def frame(*rows):
    """Build an image_noise.csv of (effect, seeds_error, images_error, both_error); intervals are ± two errors."""
    made = []
    for effect, *errors in rows:
        row = {"claims": "c", "first": f"A{effect}", "second": "B", "images": 1000, "effect": effect}
        for kind, error in zip(("seeds", "images", "both"), errors, strict=True):
            row |= {f"{kind}_error": error, f"{kind}_lower": effect - 2 * error, f"{kind}_upper": effect + 2 * error}
        seeds = {"first_run": "a", "second_run": "b", "first_seeds": 3, "second_seeds": 3}
        made.append({**row, **seeds, "disagree": 90.0, "disagree_within": 80.0})
    return pd.DataFrame(made)


def test_counts_over_the_table_of_noise(tmp_path):
    table = frame((1.0, 0.1, 0.2, 0.25), (0.5, 0.2, 0.1, 0.3), (-0.1, 0.2, 0.3, 0.4), (2.0, np.nan, 0.9, np.nan))
    (tmp_path / "n.csv").write_text(to_csv(table), encoding="utf-8")
    noise = read_image_noise(tmp_path / "n.csv", {"a": 3, "b": 4})
    assert [row["differs_over_seeds"] for row in noise.pairs] == [True, True, False, False]
    assert [row["differs"] for row in noise.pairs] == [True, False, False, True]  # the last over images alone
    assert noise.lost == ["A0.5 against B"]
    assert (len(noise.several), noise.larger, noise.fewer_pairs, noise.fewer) == (3, 2, 4, [3] * 8)
    assert noise.typical["seeds_error"] == pytest.approx(0.2)
    assert noise.typical["images_error"] == pytest.approx(0.2)  # without the pair that has no seeds to compare it with
    assert (noise.pairs[-1]["lower"], noise.pairs[-1]["upper"]) == pytest.approx((0.2, 3.8))
