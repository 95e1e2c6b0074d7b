"""What the report says of classes and of test images: every word from the results."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from made_up_results import Results, script, shipped_config

from fmnist.analysis.tables import to_csv
from fmnist.report.image_noise import read_image_noise
from fmnist.report.sections import render_sections


def parts(results: Results) -> dict[str, str]:
    """The sections on classes and on images, each on one line, as a reader sees them."""
    job = results.write()
    return rendered(job)


def rendered(job: Any) -> dict[str, str]:
    report = script("report")
    context = report.build_context(report._inputs(job, job.output.markdown))
    markdown = render_sections(job.input.sections, context).replace("\\ ", " ")
    found = {}
    for anchor in ("sec-classes", "sec-images"):
        after = markdown.split(f"{{#{anchor}}}\n", 1)
        found[anchor] = " ".join(re.split(r"\n#+ ", after[1])[0].split()) if len(after) > 1 else ""
    return found


def only(*names: str, seeds: list[int]) -> dict[str, Any]:
    config: dict[str, Any] = shipped_config(seeds=seeds)
    return {**config, "experiments": {name: config["experiments"][name] for name in names}}


@pytest.fixture(scope="module")
def five_seeds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    results = Results(tmp_path_factory.mktemp("five"), shipped_config(seeds=[0, 1, 2, 3, 4]))
    for run_id, mean in {"lenet5": 0.89, "lenet5__pooling=max": 0.95, "lenet5__optimizer=sgd": 0.7}.items():
        results.set_run(run_id, test_accuracy=mean)
    return parts(results)


@pytest.fixture(scope="module")
def one_seed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return parts(Results(tmp_path_factory.mktemp("one"), shipped_config()))


def test_the_hardest_classes_are_those_of_the_results(five_seeds: dict[str, str]) -> None:
    # The made-up runs take the later classes for the next one most often.
    classes = five_seeds["sec-classes"]
    assert "With the run *LeNet-5, base case*, on average over 5 seeds, the four hardest classes are" in classes
    hard = re.findall(r"hardest classes are (.*?), of which", classes)[0]
    assert set(hard.replace(" and ", ", ").split(", ")) == {"Ankle boot", "Bag", "Sneaker", "Shirt"}
    assert re.search(r"of T-shirt/top the most, 100\.0 %", classes)
    assert "| Best: max pooling |" in classes
    assert "Ankle boot taken for T-shirt/top" in classes


def test_the_changes_name_what_they_move(five_seeds: dict[str, str]) -> None:
    classes = five_seeds["sec-classes"]
    (sgd,) = re.findall(r"\| SGD \| (−[\d.]+) \| (.*?) \| (.*?) \| (\d+) of 10 \|", classes)
    assert float(sgd[0].replace("−", "-")) == pytest.approx(-19, abs=1.5)
    assert sgd[1] == "–"  # no class gains
    assert re.fullmatch(r"\*\*Ankle boot \(−\d\d\.\d\)\*\*", sgd[2])
    assert int(sgd[3]) > 0
    shown = int(re.findall(r"Of the 120 differences, (\d+) are beyond seed noise", classes)[0])
    assert shown == sum(map(int, re.findall(r"\| (\d+) of 10 \|", classes)))
    assert "The class that moves most is Ankle boot" in classes


def test_one_seed_tests_nothing(one_seed: dict[str, str]) -> None:
    classes = one_seed["sec-classes"]
    assert "in this run, the four hardest classes" in classes
    assert "With one seed, none of this can be told from seed noise; that takes three." in classes
    assert "**" not in classes
    assert "mean over" not in classes
    assert "of 10 |" not in classes


def test_two_seeds_test_nothing(tmp_path: Path) -> None:
    assert (
        "With so few seeds, none of this can be told"
        in parts(Results(tmp_path, shipped_config(seeds=[0, 1])))["sec-classes"]
    )


def test_images_stand_beside_seeds(five_seeds: dict[str, str]) -> None:
    images = five_seeds["sec-images"]
    assert "take the 1,000 test images as given" in images
    assert re.search(r"of \d+ differences (is|are) clear of zero at 95 % over the seeds, and \d+ over both", images)
    assert "| pooling-max: max pooling against LeNet-5, base case | 5 | +" in images
    assert "two seeds of one setting differ on" in images


def test_one_seed_has_the_images_alone(one_seed: dict[str, str]) -> None:
    images = one_seed["sec-images"]
    assert "With one seed of a run there are no seeds to resample" in images
    assert "mean over" not in images
    assert "errors and intervals over the images" in images
    assert "over the seeds" not in images
    assert "two seeds of one setting" not in images
    assert "– |" not in images


@pytest.mark.parametrize("seeds", [[0], [3, 4, 5]], ids=["one seed", "three seeds"])
def test_without_the_fully_connected_network_and_with_nothing_to_compare(tmp_path: Path, seeds: list[int]) -> None:
    found = parts(Results(tmp_path, only("lenet5_base", "learning_rate", seeds=seeds)))
    assert "Fully connected" not in found["sec-classes"]
    assert "no change of it that is not a number" in found["sec-classes"]
    assert ": learning rate 0.0008 against learning rate" in found["sec-images"]


def test_without_a_base_case_classes_are_told_by_the_first_run(tmp_path: Path) -> None:
    found = parts(Results(tmp_path, only("fully_connected", seeds=[0])))
    assert "With the run *Fully connected network*, in this run" in found["sec-classes"]
    assert "there is no base case" in found["sec-classes"]
    assert found["sec-images"].startswith("No claim about accuracy compares two runs")


def test_extensions_alone_have_no_section_on_classes(tmp_path: Path) -> None:
    found = parts(Results(tmp_path, {**only("plateau_scheduler", seeds=[0]), "extensions": True}))
    assert found["sec-classes"] == ""


def test_runs_that_are_missing_are_left_out(tmp_path: Path) -> None:
    results = Results(tmp_path, shipped_config(seeds=[0, 1, 2]))
    results.runs = results.runs[~results.runs["run_id"].isin(["fc", "lenet5__loss=mse"])]
    found = parts(results)["sec-classes"]
    assert "Fully connected network" not in found
    assert "| MSE |" not in found
    assert "| multi-margin |" in found


def frame(*rows: tuple[float, float, float, float]) -> pd.DataFrame:
    """An image_noise.csv of (effect, seeds_error, images_error, both_error), all intervals two errors wide."""
    made = []
    seeds = {"first_seeds": 3, "second_seeds": 3}
    for effect, *errors in rows:
        row: dict[str, Any] = {"claims": "c", "first": f"A{effect}", "second": "B", "images": 1000, "effect": effect}
        for kind, error in zip(("seeds", "images", "both"), errors, strict=True):
            ends = {f"{kind}_lower": effect - 2 * error, f"{kind}_upper": effect + 2 * error}
            row |= {f"{kind}_error": error, **ends}
        made.append({**row, "first_run": "a", "second_run": "b", **seeds, "disagree": 90.0, "disagree_within": 80.0})
    return pd.DataFrame(made)


def test_what_the_table_of_noise_comes_to(tmp_path: Path) -> None:
    table = frame((1.0, 0.1, 0.2, 0.25), (0.5, 0.2, 0.1, 0.3), (-0.1, 0.2, 0.3, 0.4), (2.0, np.nan, 0.9, np.nan))
    (tmp_path / "n.csv").write_text(to_csv(table), encoding="utf-8")
    noise = read_image_noise(tmp_path / "n.csv", {"a": 3, "b": 3})
    assert [row.clear_over_seeds for row in noise.rows] == [True, True, False, False]
    assert [row.clear for row in noise.rows] == [True, False, False, True]  # the last over images alone
    assert [row.name for row in noise.lost] == ["A0.5 against B"]
    assert (len(noise.several), noise.larger) == (3, 2)
    assert noise.typical("seeds_error") == pytest.approx(0.2)
    assert noise.typical("images_error") == pytest.approx(0.2)  # without the pair that has no seeds to compare it with
    assert noise.rows[-1].interval == pytest.approx((0.2, 3.8))
