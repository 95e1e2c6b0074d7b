"""Where a number comes from: a popover with the run's seeds, their values, the lines of runs.csv and the command.

The popover is HTML's own (attributes `popover` and `popovertarget`); it needs no script. All places that show a
number of the same run and measure share one. How a page calls it:

    traced = Provenance(inputs.runs)
    context["traced"] = traced.mark     # templates: {{ traced(row.accuracy | percent, row.run_id, "accuracy") }}
    ... fill the sections; explorer_html(..., value=traced.button) ...
    variables["popovers"] = traced.popovers()   # last: those that were asked for; page.html has them before </body>

`mark` writes Markdown, which report/style/provenance.lua turns into a button in HTML and leaves as text in the PDF
(pandoc: --lua-filter). `button` writes the HTML itself. report/style/provenance.css has the style.
"""

from collections.abc import Callable
from typing import Any

import jinja2
import pandas as pd
from markupsafe import Markup, escape

from fmnist.common.wording import decimals, loss, percent, ranges
from fmnist.report.markdown import escape as escape_markdown
from fmnist.report.run_names import run_name
from fmnist.report.tables import number_or_none
from fmnist.runs.columns import MEASURES, measured

# What a popover calls a measure, and how it writes the value of a seed.
SHOWN: dict[str, tuple[str, Callable[[float | None], str]]] = {
    "accuracy": ("Test accuracy in percent", percent),
    "fitted_accuracy": ("Accuracy on the training images in percent", percent),
    "generalization_gap": ("Gap between training and test accuracy in points", percent),
    "train_loss": ("Final training loss", loss),
    "seconds": ("Training time in seconds", lambda seconds: decimals(seconds, 1)),
}

_POPOVERS = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=True, trim_blocks=True).from_string(
    """\
{% for one in popovers %}
<div popover id="{{ one.id }}" class="from" role="note"><p><b>{{ one.what }}</b> of {{ one.name }}, \
{{ one.seeds }}</p><p>Run <code>{{ one.run_id }}</code>: {{ one.lines }} of <code>{{ file }}</code>, \
column <code>{{ one.column }}</code>, made by <code>snakemake {{ file }}</code>.</p></div>
{% endfor %}
"""
)


class Provenance:
    """The popovers of a page: hands out references, and writes those that were asked for."""

    def __init__(self, runs: pd.DataFrame, file: str = "results/runs.csv") -> None:
        """Take runs.csv as it was read, in the order of its lines; `file` is its path in the project."""
        self._runs, self._file = runs.reset_index(drop=True), file
        self._places = {run_id: place for place, run_id in enumerate(self._runs["run_id"].unique())}
        self._asked: dict[tuple[str, str], None] = {}  # a set that keeps its order

    def target(self, run_id: str, measure: str) -> str:
        """Return the id of the popover of a run and measure. Raises KeyError for an unknown one."""
        identity = f"from-{self._places[run_id]}-{measure.replace('_', '-')}"
        if measure not in SHOWN:
            raise KeyError(measure)
        self._asked[run_id, measure] = None
        return identity

    def button(self, text: str, run_id: str, measure: str) -> Markup:
        """Return HTML that shows a number and opens its popover."""
        return Markup('<button type="button" class="traced" popovertarget="{}">{}</button>').format(
            self.target(run_id, measure), escape(text)
        )

    def mark(self, text: Any, run_id: str, measure: str) -> Markup:
        """Return the same as Markdown, for report/style/provenance.lua. A number that is none stays a dash."""
        if text is None or run_id not in self._places:
            return escape_markdown(text)
        return Markup('[{}]{{.traced target="{}"}}').format(escape_markdown(text), self.target(run_id, measure))

    def popovers(self) -> str:
        """Return the HTML of every popover that was asked for, once each."""
        return _POPOVERS.render(file=self._file, popovers=[self._popover(*one) for one in self._asked])

    def _popover(self, run_id: str, measure: str) -> dict[str, str]:
        seeds = self._runs[self._runs["run_id"] == run_id]
        what, write = SHOWN[measure]
        lines = [int(place) + 2 for place in seeds.index]  # the first line has the names of columns
        several = len(seeds) > 1
        values = ", ".join(write(number_or_none(value)) for value in measured(seeds, measure))
        return {
            "id": self.target(run_id, measure),
            "run_id": run_id,
            "name": run_name(run_id),
            "what": what,
            "column": MEASURES[measure][0],
            "seeds": f"{'mean of seeds' if several else 'seed'} {ranges(seeds['seed'].tolist())}: {values}",
            "lines": f"{'lines' if several else 'line'} {ranges(lines)}",
        }
