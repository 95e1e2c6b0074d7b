"""Which of the combined setting's candidates the report rules out, by made-up runs of known spread."""

import re

import pytest
from made_up_results import Results
from test_report import build, only, section

from fmnist.report_results import Row


def with_candidates(seeds):
    return only("combined", "combined_more") | {"seeds": seeds, "extensions": True}


def three_seeds_near(accuracy, loss):
    """Numbers by column for seeds 0, 1 and 2: sample deviations of 0.1 points and 0.0001."""
    return {
        "test_accuracy": [(accuracy + d) / 100 for d in (-0.1, 0, 0.1)],
        "train_loss": [loss - 1e-4, loss, loss + 1e-4],
    }


@pytest.fixture(scope="module")
def candidates(tmp_path_factory):
    results = Results(tmp_path_factory.mktemp("candidates"), with_candidates([0, 1, 2]))
    for row, member in enumerate(results.plan.experiments["combined_more"].members):
        # The prediction interval is the mean and 4.97 deviations: 0.497 points, 0.0005.
        near = {0: (92.0, 0.0098), 1: (92.0, 0.0150), 2: (91.0, 0.0098)}.get(row, (91.0, 0.0150))
        mine = results.runs["run_id"] == member.run_id
        for column, values in three_seeds_near(*near).items():
            results.runs.loc[mine, column] = values
    report = build(results)
    assert 'id="tbl-candidates"' in report.output.html.read_text()  # a table, not its text
    return section(report.output.markdown.read_text(), "sec-exp-combined_more")


def test_a_candidate_needs_both_numbers_inside_its_intervals(candidates):
    assert re.search(
        r"^\| nothing more \| 3 \| 0.0093 to 0.0103 \| inside \| 91.50 to 92.50 \| inside \|", candidates, re.M
    )
    assert re.search(
        r"^\| StepLR 800 \| 3 \| 0.0145 to 0.0155 \| outside \| 91.50 to 92.50 \| inside \|", candidates, re.M
    )
    assert re.search(
        r"^\| StepLR 1600 \| 3 \| 0.0093 to 0.0103 \| inside \| 90.50 to 91.50 \| outside \|", candidates, re.M
    )


def test_the_candidates_are_told_apart_in_a_sentence(candidates):
    text = " ".join(candidates.split())
    assert "Inside both: nothing more. Ruled out: StepLR 800, StepLR 1600, StepLR 3200," in text
    assert "for want of seeds" not in text


def test_with_one_seed_nothing_is_ruled_out(tmp_path):
    report = build(Results(tmp_path, with_candidates([0])))
    text = section(report.output.markdown.read_text(), "sec-exp-combined_more")
    assert "One seed: none can be ruled out." in " ".join(text.split())
    assert "too few seeds" in text


@pytest.mark.parametrize(("number", "expected"), [(1.0, True), (2.0, True), (0.99, False), (2.01, False)])
def test_a_number_at_the_edge_of_the_interval_is_inside(number, expected):
    row = Row(**(dict.fromkeys(Row.__dataclass_fields__) | {"train_loss_lower": 1.0, "train_loss_upper": 2.0}))
    assert row.could_be("train_loss", number) is expected
    assert row.could_be("test_accuracy", number) is None
