"""The table of all claims: Holm's correction, what is refused, and the terminal's view of it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from builders import CLAIMS, ROOT, curves_frame
from claim_builders import ALIKE, BASE, MAX, POOLING, Judge, frame, seeds

from fmnist.analysis.statistics import detectable_difference, holm
from fmnist.claims.__main__ import main
from fmnist.claims.claim_list import read_claims
from fmnist.claims.evaluate import verdict_table
from fmnist.claims.table_row import COLUMNS
from fmnist.claims.verdicts import INCONCLUSIVE, SUPPORTED, VERDICTS
from fmnist.common.errors import ConfigError, DataError


def test_holm_counts_every_claim_that_has_a_p(judge: Judge) -> None:
    runs = frame(seeds(BASE, 0.9), seeds(MAX, 0.9045, order=1))
    alone = judge(runs, POOLING).loc["pooling"]
    others = [{**POOLING, "id": f"other-{i}", "a": POOLING["b"], "b": POOLING["a"]} for i in range(30)]
    untestable = {**POOLING, "id": "no", "a": {"experiment": "dropout", "value": True}}
    among = judge(runs, POOLING, *others, untestable)
    assert (alone["verdict"], among.loc["pooling", "verdict"]) == (SUPPORTED, INCONCLUSIVE)
    assert alone["adjusted_p"] == alone["p"] == among.loc["pooling", "p"]
    assert among.loc["pooling", "adjusted_p"] == pytest.approx(31 * alone["p"])
    np.testing.assert_allclose(among["adjusted_p"], holm(among["p"].to_numpy()))
    np.testing.assert_allclose(among["adjusted_p_against"], holm(among["p_against"].to_numpy()))


def test_what_could_have_been_seen_is_by_the_level_that_holm_leaves(judge: Judge) -> None:
    runs = frame(seeds(BASE, 0.9), seeds(MAX, 0.9045, order=1))
    others = [{**POOLING, "id": f"other-{i}", "a": POOLING["b"], "b": POOLING["a"]} for i in range(30)]
    row = judge(runs, POOLING, *others).loc["pooling"]
    # The smallest of 31 p-values: a level of 0.05 / 31.
    values = [100 * runs.loc[runs["run_id"] == run, "test_accuracy"].to_numpy() for run in (MAX, BASE)]
    assert row["min_detectable_effect"] == pytest.approx(detectable_difference(*values, significance=0.05 / 31))
    assert row["min_detectable_effect"] > 1.5 * judge(runs, POOLING).loc["pooling", "min_detectable_effect"]


def test_a_run_that_stands_twice(judge: Judge) -> None:
    runs = frame(seeds(BASE, 0.9), seeds(MAX, 0.9))
    with pytest.raises(DataError, match=r"the run 'lenet5' with seed 0 has two rows; expected one\.$"):
        judge(pd.concat([runs, runs.head(1)]), POOLING)


@pytest.mark.parametrize("column", ["seed", "test_accuracy", "engine"])
def test_a_table_without_a_column(judge: Judge, column: str) -> None:
    with pytest.raises(DataError, match=rf"runs\.csv: the required column '{column}' is missing"):
        judge(frame(seeds(BASE, 0.9)).drop(columns=column), POOLING, curves=curves_frame([BASE]))


def test_a_claim_about_what_is_not_there_is_an_error(judge: Judge) -> None:
    with pytest.raises(ConfigError, match=r"claim 'pooling': a\.experiment is 'pool'"):
        judge(frame(seeds(BASE, 0.9)), {**POOLING, "a": {"experiment": "pool"}})


def test_the_table_for_a_terminal(judge: Judge) -> None:
    text = verdict_table(judge(frame(seeds(BASE, 0.9), seeds(MAX, 0.92, order=1)), POOLING, ALIKE))
    header, first, second, empty, counts = text.splitlines()
    assert header.split() == ["claim", "verdict", "effect", "(interval)", "n", "adjusted", "p"]
    assert first.startswith("pooling  supported     +2.00 [")
    assert second.startswith("alike    contradicted  +2.00 [")
    assert (empty, counts) == ("", "1 supported, 1 contradicted")


def test_the_reference_is_judged_in_a_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reference = ROOT / "reference"
    main([str(reference / "runs.csv"), str(reference / "loss.csv"), "--csv", str(tmp_path / "claims.csv")])
    printed = capsys.readouterr().out.splitlines()
    table = pd.read_csv(tmp_path / "claims.csv")
    assert tuple(table.columns) == COLUMNS
    assert list(table["id"]) == [claim.id for claim in read_claims(CLAIMS).claims]
    assert [line.split()[0] for line in printed[1:-2]] == list(table["id"])
    assert set(table["verdict"]) <= set(VERDICTS)


def test_a_layered_config_is_judged_in_a_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.yaml").write_text("experiments: {momentum: {title: Mine}}", encoding="utf-8")
    reference = [str(ROOT / "reference" / name) for name in ("runs.csv", "loss.csv")]
    main([*reference, "--config", str(ROOT / "config.yaml"), "--config", str(tmp_path / "mine.yaml")])
    assert SUPPORTED in capsys.readouterr().out
    (tmp_path / "mine.yaml").write_text("experiments: {momentum: {sed: 1}}", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"config\.yaml, .*mine\.yaml: unknown key experiments\.momentum\.sed"):
        main([*reference, "--config", str(ROOT / "config.yaml"), "--config", str(tmp_path / "mine.yaml")])


@pytest.mark.parametrize(
    ("content", "message"), [("[1]", r"mine\.yaml is \[1\]"), ("", r"mine\.yaml is null"), ("a: [", "mine")]
)
def test_a_config_that_is_none_ends_with_one_sentence(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "mine.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(SystemExit, match=rf"^Error: .*{message}"):
        main(
            [*(str(ROOT / "reference" / n) for n in ("runs.csv", "loss.csv")), "--config", str(tmp_path / "mine.yaml")]
        )


def test_a_table_that_cannot_be_written_ends_with_one_sentence(tmp_path: Path) -> None:
    files = [str(ROOT / "reference" / name) for name in ("runs.csv", "loss.csv")]
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit, match=r"^Error: .*/file'$"):
        main([*files, "--csv", str(tmp_path / "file" / "claims.csv")])


@pytest.mark.parametrize("loss", ["missing.csv", "empty.csv"])
def test_a_table_that_cannot_be_read_ends_with_one_sentence(tmp_path: Path, loss: str) -> None:
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"^Error: .*\S$"):
        main([str(ROOT / "reference/runs.csv"), str(tmp_path / loss)])
