"""A study with claims of its own: examples/small_data, at a tiny size, from its config to its report."""

from pathlib import Path

import pandas as pd
import pytest
from workflow_builders import Copy

pytestmark = pytest.mark.slow

CONFIG = "examples/small_data/config.yaml"
TINY = "seeds: 3\ndefaults: {epochs: 1}\n"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    copy = Copy(tmp_path_factory.mktemp("study") / "project")
    (copy.folder / "tiny.yaml").write_text(TINY, encoding="utf-8")
    (copy.folder / "examples/small_data/sections/remarks").mkdir()
    (copy.folder / "examples/small_data/sections/remarks/width.md.j2").write_text("Ours.", encoding="utf-8")
    copy.succeeds("--configfile", CONFIG, "tiny.yaml")
    return copy


def test_its_report_has_its_claims_and_its_section_and_nothing_of_another_report(copy: Copy) -> None:
    results = copy.folder / "results/small_data"
    assert list(pd.read_csv(results / "claims.csv")["id"]) == ["convolutions-help", "wider-is-better", "momentum-fits"]
    text = (results / "report/report.md").read_text(encoding="utf-8")
    heads = [line for line in text.splitlines() if line.startswith("# ")]
    assert [head.split(" {")[0] for head in heads] == [
        "# Question",
        "# Results",
        "# Claims",
        "# Methods",
        "# How it was run",
    ]
    assert "The accuracy rises with the width of the hidden layer." in text
    assert "Ours." in text
    assert [word for word in ("original", "replicat", "student", "Fashion-MNIST has 70,000") if word in text] == []
    assert sorted(path.name for path in (results / "report").iterdir()) == ["index.html", "report.md", "report.pdf"]


def test_only_the_configs_that_are_named_are_read(copy: Copy) -> None:
    assert copy.planned("--configfile", CONFIG, "tiny.yaml") == {}
    answer = copy.snakemake("--dry-run", "--configfile", "tiny.yaml")
    assert "Error: tiny.yaml: the required key experiments is missing." in answer.stderr


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("claims.yaml", None, "examples/small_data/claims.yaml does not exist"),
        ("reported.yaml", None, "examples/small_data/reported.yaml does not exist"),
        ("claims.yaml", "tested: []", "examples/small_data/claims.yaml: "),
    ],
)
def test_a_fault_in_its_files_is_one_sentence(copy: Copy, file: str, content: str | None, message: str) -> None:
    path = copy.folder / "examples/small_data" / file
    kept = path.read_bytes()
    path.unlink()
    if content:
        path.write_text(content, encoding="utf-8")
    answer = copy.snakemake("--dry-run", "--configfile", CONFIG)
    path.write_bytes(kept)
    assert f"Error: {message}" in answer.stderr
    assert len(answer.stderr.splitlines()) == 2  # with Snakemake's own line about the profile


def test_an_edited_claim_trains_nothing(copy: Copy) -> None:
    path: Path = copy.folder / "examples/small_data/claims.yaml"
    kept = path.read_text(encoding="utf-8")
    path.write_text(kept.replace("margin: 1.0", "margin: 2.0"), encoding="utf-8")
    planned = copy.planned("--configfile", CONFIG, "tiny.yaml")
    path.write_text(kept, encoding="utf-8")
    assert planned["claims_table"] == 1
    assert "train" not in planned


@pytest.mark.parametrize(
    ("overlay", "message"),
    [
        (
            "report: {compare_claims: {MNIST: nowhere.csv}}",
            "report.compare_claims.MNIST is 'nowhere.csv', which is no file",
        ),
        ("data: {folder: null, dataset: no/where}", "data.dataset is 'no/where', which is no folder"),
    ],
)
def test_a_fault_in_what_is_compared_or_in_the_data_is_one_sentence(copy: Copy, overlay: str, message: str) -> None:
    (copy.folder / "overlay.yaml").write_text(overlay, encoding="utf-8")
    answer = copy.snakemake("--dry-run", "--configfile", CONFIG, "overlay.yaml")
    assert f"Error: {message}" in answer.stderr
    assert len(answer.stderr.splitlines()) == 2


OWN = "examples/own_network/config.yaml"
# Beside the study's runs, which are trained already.
ONE = "results: results/small_data\nexperiments: {residual: {sweep: {width: [4], blocks: [1]}}}\n"


def test_an_edit_of_ones_own_network_trains_its_runs_again_and_no_others(copy: Copy) -> None:
    (copy.folder / "one.yaml").write_text(ONE, encoding="utf-8")
    configs = ("--configfile", CONFIG, OWN, "tiny.yaml", "one.yaml")
    assert copy.planned(*configs)["train"] == 3
    copy.succeeds(*configs)
    runs = pd.read_csv(copy.folder / "results/small_data/runs.csv").set_index("run_id")
    assert (
        runs.loc["examples.own_network.residual.Residual__width=4", ["width", "blocks"]].to_numpy().tolist()
        == [[4, 1]] * 3
    )
    assert runs.loc["fc", "width"].isna().all()
    (copy.folder / "examples/own_network/residual.py").touch()
    assert copy.planned(*configs) == {}
    copy.append("examples/own_network/residual.py", "\n# edited\n")
    assert copy.planned(*configs)["train"] == 3
