"""The table of all claims: the correction over the list, two readings, and the terminal's view of it."""

from pathlib import Path

import numpy as np
import pytest
from builders import curves_frame, plan, reported
from claim_builders import ALIKE, BASE, MAX, POOLING, A, B, Judge, claims, frame, seeds
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from fmnist.analysis.statistics import adjust
from fmnist.claims.compared_runs import KnownRuns
from fmnist.claims.evaluate import corrected, evaluate_claims, verdict_table
from fmnist.claims.examine import PROTOCOL, UNPAIRED, Material
from fmnist.claims.forms import PValues
from fmnist.claims.hindrances import EXTENSION_NOT_RUN
from fmnist.claims.verdicts import DEPENDS, FAILS, HOLDS, NO_DIFFERENCE, NOT_TESTABLE, OPEN, SMALL

NAN = float("nan")
TURNED = {**POOLING, "id": "turned", "a": B, "b": A}


@pytest.mark.parametrize(
    ("method", "p_values", "factors"),
    [
        ("holm", [0.001, 0.02, NAN, 0.0012], [3, 1, None, 2]),  # all are decided
        ("holm", [0.001, 0.03, 0.04, 0.9], [4, 3, 3, 3]),  # an open one would be the next to be decided
        ("holm", [0.001, 0.02, 0.02, 0.02], [4, 3, 3, 3]),
        ("fdr_bh", [0.001, 0.03, 0.9, 0.02], [4 / 3, 4 / 3, 1, 4 / 3]),
        ("none", [0.5, 0.001], [1, 1]),
    ],
)
def test_the_factor_of_every_claim(method: str, p_values: list[float], factors: list[float | None]) -> None:
    found = corrected([PValues(p, 1.0, NAN) if p == p else PValues() for p in p_values], method)
    assert [c.factor for c, f in zip(found, factors, strict=True) if f] == pytest.approx([f for f in factors if f])
    adjusted = adjust(np.array(p_values), method) if method != "none" else p_values
    np.testing.assert_allclose([correction.adjusted for correction in found], adjusted)


@settings(deadline=None)
@given(
    some.lists(some.floats(1e-5, 1) | some.floats(1e-5, 0.05), min_size=1, max_size=8),
    some.sampled_from(["holm", "fdr_bh", "none"]),
)
def test_a_claim_is_decided_as_the_correction_says_and_an_open_one_below_its_level(
    p_values: list[float], method: str
) -> None:
    claims = [PValues(p) for p in p_values]
    found = corrected(claims, method)
    assume(not any(np.isclose(correction.adjusted, 0.05, rtol=1e-9) for correction in found))  # rounding would decide
    for place, (own, correction) in enumerate(zip(claims, found, strict=True)):
        decided = correction.adjusted < 0.05
        assert (correction.of(own).holds < 0.05) == decided
        for nudge in (0.999, 1.001) if not decided else ():
            nudged = [*claims[:place], PValues(min(1.0, nudge * 0.05 / correction.factor)), *claims[place + 1 :]]
            enough = corrected(nudged, method)[place].adjusted < 0.05
            assert enough == (nudge < 1) or method == "fdr_bh"  # there, several claims can help each other


def test_the_list_is_corrected_on_the_p_of_the_decision_and_counts_what_has_one(judge: Judge) -> None:
    runs = frame(seeds(BASE, 0.9), seeds(MAX, 0.9055, order=1))
    alone = judge(runs, POOLING).loc["pooling"]
    others = [{**entry, "id": f"other-{i}-{entry['id']}"} for i in range(15) for entry in (TURNED, ALIKE)]
    table = judge(runs, POOLING, *others, {**POOLING, "id": "no", "a": {"experiment": "dropout", "value": True}})
    row = table.loc["pooling"]
    assert (alone["verdict"], row["verdict"], table.loc["no", "verdict"]) == (HOLDS, OPEN, NOT_TESTABLE)
    assert alone["adjusted_p"] == alone["p"] == alone["p_holds"] == row["p"]
    np.testing.assert_allclose(table["p"], table[["p_holds", "p_no_difference", "p_fails"]].min(axis=1))
    np.testing.assert_allclose(table["adjusted_p"], adjust(table["p"].to_numpy()))
    assert table["adjusted_p"].notna().sum() == 31


def test_the_factor_applies_to_the_other_p_values(judge: Judge) -> None:
    # The decision rests on p_holds; p_no_difference shows "by less than matters" alone, and not among six.
    narrow = [(MAX, seed, value + 0.0037 * (seed != 2), loss) for _, seed, value, loss in seeds(BASE, 0.9)]
    runs = frame(seeds(BASE, 0.9), narrow)
    alone = judge(runs, POOLING).loc["pooling"]
    among = judge(runs, POOLING, *({**ALIKE, "id": f"other-{i}"} for i in range(5))).loc["pooling"]
    assert alone["p_holds"] < alone["p_no_difference"] < 0.05 < 6 * alone["p_no_difference"]
    assert (alone["verdict"], among["verdict"]) == (SMALL, HOLDS)


@pytest.mark.parametrize(
    ("accuracy", "verdicts"),
    [(0.92, [DEPENDS, DEPENDS]), (0.88, [DEPENDS, DEPENDS]), (0.9, [NO_DIFFERENCE] * 2), (0.903, [OPEN] * 2)],
)
def test_two_opposite_readings_leave_both_to_depend(judge: Judge, accuracy: float, verdicts: list[str]) -> None:
    readings = [{**POOLING, "other_reading": "turned"}, {**TURNED, "other_reading": "pooling"}]
    table = judge(frame(seeds(BASE, 0.9), seeds(MAX, accuracy, order=1)), *readings)
    assert list(table["verdict"]) == verdicts
    assert set(judge(frame(seeds(BASE, 0.9), seeds(MAX, 0.92)), POOLING, TURNED)["verdict"]) == {HOLDS, FAILS}


def test_another_analyst_may_choose_otherwise(judge: Judge) -> None:
    runs = frame(seeds(BASE, 0.9), seeds(MAX, 0.9025))  # every pair differs by 0.25 points
    choices = [PROTOCOL, UNPAIRED, PROTOCOL._replace(margin_factor=0.4), PROTOCOL._replace(correction="none")]
    found = [list(judge(runs, POOLING, ALIKE, choices=choice)["verdict"]) for choice in choices]
    assert found == [[SMALL, HOLDS], [OPEN, OPEN], [HOLDS, FAILS], [SMALL, HOLDS]]


def test_an_extension_that_was_not_run(tmp_path: Path) -> None:
    wide = {**POOLING, "a": {"experiment": "channels", "value": [32, 64, 256]}, "extension": True}
    known = KnownRuns(experiments=plan().experiments, reported=reported())
    curves, runs = curves_frame([BASE], range(5)), frame(seeds(BASE, 0.9))
    row = evaluate_claims(Material(claims=claims(tmp_path, wide), known=known, runs=runs, curves=curves)).iloc[0]
    assert row["verdict"] == NOT_TESTABLE
    assert (row["hindrance"], row["hindrance_runs"]) == (EXTENSION_NOT_RUN, "channels (32x64x256)")


def test_the_table_for_a_terminal(judge: Judge) -> None:
    text = verdict_table(judge(frame(seeds(BASE, 0.9), seeds(MAX, 0.92, order=1)), POOLING, ALIKE))
    header, first, second, empty, counts = text.splitlines()
    assert header.split() == ["claim", "verdict", "effect", "(interval)", "n", "adjusted", "p"]
    assert first.startswith("pooling  holds    +2.00 [")
    assert second.startswith("alike    fails    +2.00 [")
    assert (empty, counts) == ("", "1 holds, 1 fails")
