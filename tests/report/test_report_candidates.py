"""Which of the combined setting's candidates the report rules out, by made-up runs of known spread."""

import re

import pytest
from made_up_results import Results
from report_builders import build, only, section

from fmnist.plan.original import ReportedRun
from fmnist.report.candidates import could_print, sort_candidates
from fmnist.report.results import Row


def with_candidates(seeds):
    return only("combined", "combined_more") | {"seeds": seeds, "extensions": True}


def three_seeds_near(accuracy, loss):
    """Numbers by column for seeds 0, 1 and 2: sample deviations of 0.1 points and 0.0001."""
    return {
        "test_accuracy": [(accuracy + d) / 100 for d in (-0.1, 0, 0.1)],
        "train_loss": [loss - 1e-4, loss, loss + 1e-4],
    }


@pytest.fixture(scope="module")
def candidates_report(tmp_path_factory):
    results = Results(tmp_path_factory.mktemp("candidates"), with_candidates([0, 1, 2]))
    for row, member in enumerate(results.plan.experiments["combined_more"].members):
        # The prediction interval is the mean and 4.97 deviations: 0.497 points, 0.0005.
        near = {0: (92.0, 0.0098), 1: (92.0, 0.0150), 2: (91.0, 0.0098)}.get(row, (91.0, 0.0150))
        mine = results.runs["run_id"] == member.run_id
        for column, values in three_seeds_near(*near).items():
            results.runs.loc[mine, column] = values
    report = build(results)
    assert 'id="tbl-candidates"' in report.output.html.read_text()  # a table, not its text
    return report.output.markdown.read_text()


@pytest.fixture
def candidates(candidates_report):
    return section(candidates_report, "sec-exp-combined_more")


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


def test_the_summary_says_what_came_of_the_candidates(candidates_report):
    text = " ".join(candidates_report.split("# Environment")[0].split())
    assert "The four changes that the original names of its best setting could have printed both" in text
    assert (
        "its training loss and its accuracy. Of 10 settings that were tried for it ([](#sec-exp-combined_more)),"
        in text
    )
    assert "1 could have printed both: nothing more." in text
    assert "further test" not in text  # combined_step was not run


def test_the_summary_says_what_came_of_the_test(tmp_path):
    config = only("combined", "combined_more", "combined_step") | {"seeds": [0, 1, 2], "extensions": True}
    results = Results(tmp_path, config)
    for member in results.plan.experiments["combined_step"].members:
        for column, values in three_seeds_near(92.0, 0.0098).items():
            results.runs.loc[results.runs["run_id"] == member.run_id, column] = values
    text = " ".join(build(results).output.markdown.read_text().split("# Environment")[0].split())
    assert (
        "*Combined setting with StepLR 1600* passes a further test, though a weak one, by the numbers of ReLU" in text
    )


@pytest.mark.parametrize(
    ("relu", "words"),
    [(92.0, "It passes, as far as 3 seeds tell: both"), (91.0, "It fails, as far as 3 seeds tell: the accuracy of")],
)
def test_the_candidate_is_put_to_the_test_by_numbers_that_did_not_choose_it(tmp_path, relu, words):
    results = Results(tmp_path, only("combined", "combined_step") | {"seeds": [0, 1, 2], "extensions": True})
    for member, accuracy in zip(results.plan.experiments["combined_step"].members, (relu, 92.0), strict=True):
        for column, values in three_seeds_near(accuracy, 0.0098).items():
            results.runs.loc[results.runs["run_id"] == member.run_id, column] = values
    text = section(build(results).output.markdown.read_text(), "sec-exp-combined_step")
    place = "inside" if relu == 92.0 else "outside"
    row = rf"^\| ReLU \| 3 \| 0.0093 to 0.0103 \| inside \| {relu - 0.5:.2f} to {relu + 0.5:.2f} \| {place} \|"
    assert re.search(row, text, re.M)
    assert words in " ".join(text.split())


def test_one_seed_leaves_that_test_open(tmp_path):
    results = Results(tmp_path, only("combined", "combined_step") | {"seeds": [0], "extensions": True})
    text = section(build(results).output.markdown.read_text(), "sec-exp-combined_step")
    assert "With one seed of ReLU the test is open." in " ".join(text.split())


def row_with(loss, accuracy):
    """A row with intervals from low to high, or without."""
    bounds = {"train_loss_lower": loss, "train_loss_upper": loss and loss + 1}
    bounds |= {"accuracy_lower": accuracy, "accuracy_upper": accuracy and accuracy + 1}
    return Row(**(dict.fromkeys(Row.__dataclass_fields__) | {"value": f"{loss}, {accuracy}"} | bounds))


def test_candidates_are_sorted_by_both_numbers():
    printed = ReportedRun(accuracy=92.0, train_loss=1.5, train_loss_by_epoch=())
    rows = [row_with(1.0, 91.5), row_with(2.0, 91.5), row_with(1.0, 90.5), row_with(None, None), row_with(1.0, None)]
    found = sort_candidates(rows, printed)
    assert (found.inside, found.ruled_out) == (("1.0, 91.5",), ("2.0, 91.5", "1.0, 90.5"))
    assert found.open == ("None, None", "1.0, None")
    no_loss = ReportedRun(accuracy=92.0, train_loss=None, train_loss_by_epoch=())
    assert [could_print(row, no_loss) for row in rows] == [True, True, False, None, None]


def test_with_one_seed_nothing_is_ruled_out(tmp_path):
    report = build(Results(tmp_path, with_candidates([0])))
    text = section(report.output.markdown.read_text(), "sec-exp-combined_more")
    assert "One seed: none can be ruled out." in " ".join(text.split())
    assert "too few seeds" in text


@pytest.mark.parametrize(("number", "expected"), [(1.0, True), (2.0, True), (0.99, False), (2.01, False)])
def test_a_number_at_the_edge_of_the_interval_is_inside(number, expected):
    row = Row(**(dict.fromkeys(Row.__dataclass_fields__) | {"train_loss_lower": 1.0, "train_loss_upper": 2.0}))
    assert row.could_be("train_loss", number) is expected
    assert row.could_be("accuracy", number) is None
