"""python -m fmnist.claims: which runs it judges, and one sentence for every broken file."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from builders import CLAIMS, ROOT

from fmnist.claims.__main__ import main
from fmnist.claims.claim_list import read_claims
from fmnist.claims.table_row import COLUMNS
from fmnist.claims.verdicts import NOT_TESTABLE, VERDICTS

pytestmark = pytest.mark.slow

REFERENCE = ROOT / "reference"


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of results as config.yaml names it, from where the command is run."""
    monkeypatch.chdir(tmp_path)
    for name in ("runs.csv", "loss.csv"):
        (tmp_path / "results").mkdir(exist_ok=True)
        shutil.copy(REFERENCE / name, tmp_path / "results" / name)
    return tmp_path / "results"


def test_the_reference_is_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(REFERENCE / "runs.csv"), str(REFERENCE / "loss.csv"), "--csv", str(tmp_path / "claims.csv")])
    printed = capsys.readouterr().out.splitlines()
    table = pd.read_csv(tmp_path / "claims.csv")
    assert list(table.columns) == list(COLUMNS)
    assert list(table["id"]) == [claim.id for claim in read_claims(CLAIMS).tested]
    assert set(table["verdict"]) <= {*VERDICTS} - {NOT_TESTABLE}
    assert [line.split()[0] for line in printed[3:-2]] == list(table["id"])


def test_own_results_are_judged_or_else_the_reference(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([])
    assert capsys.readouterr().out.startswith("Judged: results/runs.csv and results/loss.csv\n")
    results.rename("mine")
    for arguments, start in (([], "Judged: /"), (["--results", "mine"], "Judged: mine/runs.csv and mine/loss.csv\n")):
        main(arguments)
        assert capsys.readouterr().out.replace("../", "/").replace("//", "/").startswith(start[:9])


def test_a_config_is_laid_over_an_earlier_one(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.yaml").write_text("experiments: {momentum: {title: Mine}}", encoding="utf-8")
    main(["--config", str(ROOT / "config.yaml"), "--config", "mine.yaml"])
    assert VERDICTS[0] in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[1]", r"mine\.yaml is \[1\]"),
        ("", r"mine\.yaml is null"),
        ("a: [", "mine"),
        ("experiments: {momentum: {sed: 1}}", r"config\.yaml, mine\.yaml: unknown key experiments\.momentum\.sed"),
    ],
)
def test_a_broken_config_ends_with_one_sentence(results: Path, content: str, message: str) -> None:
    Path("mine.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(SystemExit, match=rf"^Error: .*{message}.*\.$"):
        main(["--config", str(ROOT / "config.yaml"), "--config", "mine.yaml"])


HEADER, ROW = (REFERENCE / "runs.csv").read_text(encoding="utf-8").splitlines(keepends=True)[:2]
SEED = ROW.split(",")[1]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("runs.csv", None, r"runs\.csv cannot be read"),
        ("runs.csv", "", r"runs\.csv: the column run_id is missing"),
        ("runs.csv", HEADER.replace("engine", "x"), r"runs\.csv: the column engine is missing"),
        ("runs.csv", HEADER.replace("seed", "x"), r"runs\.csv: the column seed is missing"),
        ("runs.csv", HEADER + ROW + ROW, r"has run '\S+', seed \d+ again; expected it once"),
        (
            "runs.csv",
            HEADER + ROW.replace(f",{SEED},", ",long,", 1),
            r"seed is 'long' \(text\); expected a whole number",
        ),
        ("loss.csv", None, r"loss\.csv cannot be read"),
        ("loss.csv", "run_id,seed,epoch\n", r"loss\.csv: the column train_loss is missing"),
    ],
)
def test_a_broken_table_ends_with_one_sentence(results: Path, name: str, content: str | None, message: str) -> None:
    (results / name).unlink()
    if content is not None:
        (results / name).write_text(content, encoding="utf-8")
    with pytest.raises(SystemExit, match=rf"^Error: .*{message}.*\.$"):
        main(["--results", "results"])


def test_a_table_that_cannot_be_written_ends_with_one_sentence(results: Path) -> None:
    with pytest.raises(SystemExit, match=r"^Error: .*runs.csv'$"):
        main(["--csv", str(results / "runs.csv" / "claims.csv")])
