import base64
import json
import math
import re
import zlib

import numpy as np
import pandas as pd
import pytest
from builders import ROOT

from fmnist.common.checksums import file_sha256, read_checksums
from fmnist.plan.experiments import plan_experiments
from fmnist.plan.yaml_files import read_yaml
from fmnist.report.explorer import CURVES, FILES, ExplorerClaim, encode_curves, explorer_html, quantised
from fmnist.report.run_names import run_name
from fmnist.runs.gathering import read_curves, read_runs

FOLDER = ROOT / "report/explorer"
CLAIM = ExplorerClaim(
    id="max-pooling",
    says="Max pooling is </script> more accurate.",
    verdict="holds",
    measure="test_accuracy",
    run_ids=("lenet5__pooling=max", "lenet5", "lenet5__not=trained"),
)


@pytest.fixture(scope="module")
def runs():
    return read_runs(ROOT / "reference/runs.csv")


@pytest.fixture(scope="module")
def curves():
    return read_curves(ROOT / "reference/loss.csv")


@pytest.fixture(scope="module")
def html(runs, curves):
    return explorer_html(runs, curves, [CLAIM], FOLDER)


def row_of(html, run_id):
    return re.search(rf'<tr data-run="{re.escape(run_id)}">.*?</tr>', html, re.DOTALL)[0]


def data_of(html):
    return json.loads(re.search(r'class="x-data">(.*?)</script>', html, re.DOTALL)[1])


def decoded(text):
    packed = zlib.decompress(base64.b64decode(text), wbits=-15)
    return np.frombuffer(packed, "<i2")


def test_the_table_has_every_run_once_and_needs_no_script(html, runs):
    assert re.findall(r'<tr data-run="(.*?)">', html) == list(runs["run_id"].unique())
    assert "<noscript" not in html
    row = row_of(html, "lenet5")
    accuracy = 100 * runs.loc[runs["run_id"] == "lenet5", "test_accuracy"]
    assert f"{accuracy.mean():.2f} ± {accuracy.std():.2f}" in row
    assert '<a href="#claim-max-pooling">Max pooling is &lt;/script&gt; more accurate.</a> holds' in row
    assert "none" in row_of(html, "fc")


def test_the_whole_fragment_is_small(html):
    assert len(html.encode()) <= 350_000


def test_no_data_can_end_the_script(html):
    assert html.count("</script>") == 2
    claim = data_of(html)["claims"]["max-pooling"]
    assert claim["says"] == CLAIM.says
    assert [data_of(html)["runs"][place] for place in claim["runs"]] == list(CLAIM.run_ids[:2])


def test_the_page_can_hold_the_style_elsewhere(runs, curves):
    assert "<style>" not in explorer_html(runs, curves, [], FOLDER, with_style=False)


def test_the_page_decides_how_a_number_is_shown(runs, curves):
    html = explorer_html(runs, curves, [], FOLDER, value=lambda text, run_id, measure: f"<i>{run_id} {measure}</i>")
    assert "<td data-value" in row_of(html, "fc")
    assert "<i>fc train_loss</i>" in html


def test_curves_come_back(html, curves):
    data = data_of(html)
    differences = decoded(data["curves"])
    assert len(differences) == len(CURVES) * len(curves)
    run, seed, epochs = data["trainings"][3]
    start = sum(one[2] for one in data["trainings"][:3])
    own = curves[(curves["run_id"] == data["runs"][run]) & (curves["seed"] == seed)]
    steps = np.cumsum(differences[start : start + epochs])  # CURVES begins with the training loss
    back = data["smallestLoss"] * 10 ** ((steps - 1) / data["lossSteps"])
    assert back == pytest.approx(own["train_loss"], rel=0.0007)
    assert data["finals"]["train_loss"][3] == pytest.approx(own["train_loss"].iloc[-1], rel=1e-5)


@pytest.mark.parametrize(
    ("name", "values", "steps"),
    [
        ("test_accuracy", [0.0, 0.8923, 1.0], [1, 8924, 10001]),
        ("train_loss", [0.0, 1e-6, 1e-3, 1.0, 1e39], [1, 1, 6001, 12001, 24001]),
        ("train_loss", [math.nan, math.inf, 1.0], [0, 0, 12001]),
    ],
)
def test_whole_steps(name, values, steps):
    assert quantised(pd.Series(values, name=name)).tolist() == steps


def test_no_difference_overflows_its_16_bits():
    losses = [1e39, 1e-9, math.nan, 1e39]
    training = pd.DataFrame({measure: losses if "loss" in measure else [0, 1, 0, 1] for measure in CURVES})
    assert np.cumsum(decoded(encode_curves([training])))[:4].tolist() == [24001, 1, 0, 24001]


def test_every_run_of_the_plan_has_a_name_of_its_own():
    plan = plan_experiments({**read_yaml(ROOT / "config.yaml"), "extensions": True})
    names = [run_name(run_id) for run_id in plan.runs]
    assert len(set(names)) == len(names)
    assert run_name("lenet5") == "LeNet-5, base case"
    assert run_name("fc__hidden_units=64") == "Fully connected network, hidden units 64"
    assert run_name("lenet5__channels=6x8x9__pooling=max") == "channels 6/8/9, max pooling"


def test_vendored_files_are_as_published():
    known = read_checksums(FOLDER / "vendor/sha256sums")
    assert {name: file_sha256(FOLDER / "vendor" / name) for name in known} == known
    assert set(known) == {path.name for path in (FOLDER / "vendor").iterdir()} - {"README.md", "sha256sums"}
    assert all((FOLDER / name).exists() for name in FILES)


def test_nothing_is_loaded_from_elsewhere(html):
    assert set(re.findall(r"https?://[\w./]+", html)) <= {
        "http://www.w3.org/2000/svg",
        "https://github.com/leeoniya/uPlot",
    }
    assert not re.search(r"\b(src|@import|url)\b\s*[=(]", html.split("<script")[0])
