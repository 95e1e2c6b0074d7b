"""The forms of claim that calibration.py tests: true means that must not give a verdict, and means that should."""

from collections.abc import Callable
from dataclasses import dataclass, field

from fmnist.analysis.statistics import Array
from fmnist.claims.forms import Limits, Outcome, equivalent, greater, plateau, ranking, rise_fall, rising, value
from fmnist.claims.verdicts import CONTRADICTED, SUPPORTED

EFFECTS = (0.25, 0.5, 1.0)  # points
FAR = 5.0  # points: any number of seeds finds such a difference

Test = Callable[[Array, Limits], Outcome]
Means = Callable[[float, float], list[float]]  # (effect, margin) to the true mean of every run
Truth = Callable[[list[float]], float]  # the true means to the value that the interval should hold


def smallest_lead(means: list[float]) -> float:
    return means[0] - max(means[1:])


@dataclass(frozen=True, kw_only=True)
class Form:
    """One form of claim: its test, the true means of its null cases, and those of a true effect."""

    name: str
    test: Test
    truth: Truth
    nulls: dict[str, Means]
    found: Means
    effects: tuple[float, ...] = EFFECTS
    uneven: bool = True  # also tested with runs of unequal variances
    no_error: dict[str, str] = field(default_factory=dict)  # null case to its correct verdict


def staircase(steps: int) -> Means:
    return lambda effect, margin: [effect * step for step in range(steps)]


def triangle(effect: float, margin: float) -> list[float]:
    return [effect * (1 - abs(place - 3.5) / 3.5) for place in range(8)]


FORMS = (
    Form(
        name="greater, two runs",
        test=greater,
        truth=smallest_lead,
        nulls={
            "equal": lambda effect, margin: [0, 0],
            "apart by the margin": lambda effect, margin: [margin, 0],
            "apart by the margin the other way": lambda effect, margin: [-margin, 0],
        },
        found=lambda effect, margin: [effect, 0],
        no_error={"apart by the margin": SUPPORTED, "apart by the margin the other way": CONTRADICTED},
    ),
    Form(
        name="greater, one against each of 7; best of 8",
        test=greater,
        truth=smallest_lead,
        nulls={
            "all equal": lambda effect, margin: [0.0] * 8,
            "equal to one, above the others": lambda effect, margin: [0, 0, *[-FAR] * 6],
        },
        found=lambda effect, margin: [effect, *[0.0] * 7],
    ),
    Form(
        name="ranking of 3",
        test=ranking,
        truth=lambda means: min(means[0] - means[1], means[1] - means[2]),
        nulls={
            "all equal": lambda effect, margin: [0, 0, 0],
            "two equal, above the third": lambda effect, margin: [0, 0, -FAR],
        },
        found=lambda effect, margin: [2 * effect, effect, 0],
    ),
    Form(
        name="rising over 8",
        test=rising,
        truth=lambda means: means[-1] - means[0],
        nulls={
            "all equal": lambda effect, margin: [0.0] * 8,
            "one step back by the margin": lambda effect, margin: [
                0,
                FAR,
                2 * FAR,
                3 * FAR,
                3 * FAR - margin,
                4 * FAR,
                5 * FAR,
                6 * FAR,
            ],
        },
        found=staircase(8),
        no_error={"one step back by the margin": CONTRADICTED},
    ),
    Form(
        name="plateau over 6",
        test=lambda values, limits: plateau(values, limits, 3),
        truth=lambda means: means[3] - means[0],
        nulls={
            "all equal": lambda effect, margin: [0.0] * 6,
            "never level: up by the margin at the end": lambda effect, margin: [
                0,
                FAR,
                2 * FAR,
                3 * FAR,
                3 * FAR,
                3 * FAR + margin,
            ],
        },
        found=lambda effect, margin: [0, effect, 2 * effect, *[3 * effect] * 3],
    ),
    Form(
        name="rise and fall over 8",
        test=rise_fall,
        truth=lambda means: max(means[1:-1]) - max(means[0], means[-1]),
        nulls={
            "all equal": lambda effect, margin: [0.0] * 8,
            "rises, then level": lambda effect, margin: [0, FAR, *[2 * FAR] * 6],
        },
        found=triangle,
    ),
    Form(
        name="rise and fall over 8, turn named",
        test=lambda values, limits: rise_fall(values, limits, 3),
        truth=lambda means: means[3] - max(mean for place, mean in enumerate(means) if place != 3),
        nulls={
            "all equal": lambda effect, margin: [0.0] * 8,
            "equal to one, above the others": lambda effect, margin: [*[0.0] * 3, FAR, FAR, *[0.0] * 3],
        },
        found=lambda effect, margin: [*[0.0] * 3, effect, *[0.0] * 4],
    ),
    Form(
        name="equivalent, two-sided",
        test=equivalent,
        truth=smallest_lead,
        nulls={"apart by the margin": lambda effect, margin: [margin, 0]},
        found=lambda effect, margin: [0, 0],
        effects=(0.0,),
    ),
    Form(
        name="equivalent, one-sided",
        test=lambda values, limits: equivalent(values, limits, "one"),
        truth=smallest_lead,
        nulls={"above by the margin": lambda effect, margin: [margin, 0]},
        found=lambda effect, margin: [0, 0],
        effects=(0.0,),
    ),
    Form(
        name="value",
        # The original's number is a single run of the second column.
        test=lambda values, limits: value(values[:, :1], limits, float(values[0, 1])),
        truth=smallest_lead,
        nulls={
            "one more run of ours": lambda effect, margin: [0, 0],
            "apart by the margin": lambda effect, margin: [margin, 0],
        },
        found=lambda effect, margin: [0, 0],
        effects=(0.0,),
        uneven=False,
        no_error={"one more run of ours": SUPPORTED, "apart by the margin": CONTRADICTED},
    ),
)
