"""The forms of claim that calibration.py tests: true means that must not give a verdict, and means that should."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fmnist.analysis.statistics import Array
from fmnist.claims import forms
from fmnist.claims.forms import Differences, Directed, Level, Trend
from fmnist.claims.verdicts import FAILS, HOLDS, NO_DIFFERENCE

FAR = 5.0  # points: any number of seeds finds such a difference

Means = Sequence[float]  # the true mean of every run, in points
Case = tuple[Callable[[float], Means], str]  # from the margin to the means; the verdict that is right
Tested = Directed | Trend | Level


@dataclass(frozen=True, kw_only=True)
class Form:
    """One form of claim: its test, its null cases, and the true means with an effect."""

    name: str
    test: Callable[[Array, Differences, float], Tested]  # of values[seed, run], their differences and the margin
    nulls: dict[str, Case]
    found: Callable[[float], Means]  # from the effect to the means
    effects: tuple[float, ...] = (0.25, 0.5, 1.0)  # points


def best(values: Array, of: Differences, margin: float) -> Tested:
    return forms.best(of, values.shape[1], margin)


def turn(values: Array, of: Differences, margin: float) -> Tested:
    return forms.turn(of, values.shape[1], margin)


def level(values: Array, of: Differences, margin: float) -> Tested:
    return forms.level(of, values.shape[1], margin)


def triangle(height: float) -> Means:
    return [height * (1 - abs(place - 3.5) / 3.5) for place in range(8)]


def staircase(height: float) -> Means:
    return [height * place / 7 for place in range(8)]


AT_MARGIN = "apart by the margin"
LEVEL_EFFECTS = (0.0, 0.25, 1.0)  # 0.5 points are the margin: there is nothing to find

FORMS = (
    Form(
        name="above",
        test=lambda values, of, margin: forms.above(of, margin),
        nulls={
            "equal": (lambda margin: [0, 0], NO_DIFFERENCE),
            AT_MARGIN: (lambda margin: [margin, 0], HOLDS),
            "apart by the margin the other way": (lambda margin: [-margin, 0], FAILS),
        },
        found=lambda effect: [effect, 0],
    ),
    Form(
        name="best of 8",
        test=best,
        nulls={
            "all equal": (lambda margin: [0] * 8, NO_DIFFERENCE),
            "two equal at the top": (lambda margin: [0, 0, *[-FAR] * 6], NO_DIFFERENCE),
            "best by the margin": (lambda margin: [margin, *[0] * 7], HOLDS),
            "second by the margin": (lambda margin: [0, margin, *[0] * 6], FAILS),
        },
        found=lambda effect: [effect, *[0] * 7],
    ),
    Form(
        name="trend over 8",
        test=lambda values, of, margin: forms.trend(values, margin, of),
        nulls={
            "all equal": (lambda margin: [0] * 8, NO_DIFFERENCE),
            "up and down by the margin": (lambda margin: [0, 0, margin, margin, margin, margin, 0, 0], ""),
            "rises by the margin": (staircase, HOLDS),
        },
        found=staircase,
    ),
    Form(
        name="turn over 8",
        test=turn,
        nulls={
            "all equal": (lambda margin: [0] * 8, NO_DIFFERENCE),
            "rises, then level": (lambda margin: [0, FAR, *[2 * FAR] * 6], NO_DIFFERENCE),
            "one above the ends by the margin": (lambda margin: [*[0] * 3, margin, *[0] * 4], HOLDS),
            "all below the ends by the margin": (lambda margin: [0, *[-margin] * 6, 0], FAILS),
        },
        found=triangle,
    ),
    Form(
        name="level, 2 runs",
        test=level,
        nulls={AT_MARGIN: (lambda margin: [margin, 0], "")},
        found=lambda effect: [effect, 0],
        effects=LEVEL_EFFECTS,
    ),
    Form(
        name="level, 3 runs",
        test=level,
        nulls={
            "one apart by the margin": (lambda margin: [margin, 0, 0], ""),
            "the ends apart by the margin": (lambda margin: [0, margin / 2, margin], ""),
        },
        found=lambda effect: [0, effect / 2, effect],
        effects=LEVEL_EFFECTS,
    ),
    Form(
        name="level, only a gain matters",
        test=lambda values, of, margin: forms.level(of, 2, margin, only_gain=True),
        nulls={"above by the margin": (lambda margin: [margin, 0], "")},
        found=lambda effect: [effect, 0],
        effects=LEVEL_EFFECTS,
    ),
)
