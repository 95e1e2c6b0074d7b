"""The Korean summary: the answer, what to set, and every claim with its verdict, from the same results."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fmnist.analysis.effects import BASE
from fmnist.claims.changes import HELPS, HURTS, NO_DIFFERENCE, OPEN
from fmnist.common.files import atomic, write_text
from fmnist.common.wording import decimals, signed
from fmnist.plan.yaml_files import read_yaml
from fmnist.report.claim_words import Row, effect_text
from fmnist.report.markdown import escape, metadata
from fmnist.report.rendering import write_html, write_pdf
from fmnist.report.results import sign_changes

GROUPS = {HELPS: "helps", NO_DIFFERENCE: "alike", HURTS: "hurts", OPEN: "open"}  # headings in the catalogue
Context = Mapping[str, Any]  # as fmnist.report.context makes it


class Words:
    """The catalogue of Korean sentences, report/korean/catalogue.yaml."""

    def __init__(self, path: Path) -> None:
        self.all: dict[str, Any] = dict(read_yaml(path))

    def say(self, sentence: str, **numbers: Any) -> str:
        """Fill in a sentence; a KeyError names the number that it lacks."""
        return str(self.all["sentences"][sentence].format(**numbers))

    def verdict(self, verdict: str) -> str:
        """Return the word of a verdict."""
        return str(self.all["verdicts"][verdict])

    def name(self, label: str) -> str:
        """Name a run, such as `max pooling`, in Korean, as Markdown."""
        for pattern, korean in self.all["names"].items():
            label = re.sub(pattern, korean, label)
        return str(escape(label))

    def effect(self, row: Row) -> str:
        """Write the effect of a claim with its bounds."""
        unit = row["unit"]
        if row["effect"] is None:
            return effect_text(row)
        effect, *bounds = effect_text(row).removesuffix(f" {unit}").split(" ", 1)
        within = "".join("\u00a0" + text.replace(" to ", "\u00a0~\u00a0") for text in bounds)
        return str(self.all["units"][unit].format(effect=effect, bounds=within))


def write_korean(context: Context, files: Mapping[str, Any], outputs: Mapping[str, Any]) -> None:
    """Write the summary to `outputs` (korean_markdown, korean_html, korean_pdf).

    `files` has the inputs of rule report by name: korean, its catalogue; korean_page and korean_paper, its templates;
    korean_fonts, a list of fonts; css and the Lua filters.
    """
    markdown = Path(outputs["korean_markdown"])
    write_text(markdown, korean_markdown(context, Words(Path(files["korean"]))))
    style = {**files, "html_template": files["korean_page"], "typst_template": files["korean_paper"]}
    with atomic(Path(outputs["korean_html"])) as html:
        write_html(markdown, html, style)
    with atomic(Path(outputs["korean_pdf"])) as pdf:
        write_pdf(markdown, pdf, style)


def korean_markdown(context: Context, words: Words) -> str:
    """Return the summary as Markdown, from the names that the report's sections have."""
    return "\n\n".join(
        [_head(context, words), *_answer(context, words), *_settings(context, words), *_claims(context, words)]
    )


def _head(context: Context, words: Words) -> str:
    lines = [f"title: {metadata(words.all['title'])}", f"subtitle: {metadata(words.all['subtitle'])}"]
    lines += [f"banner: {metadata(context['banner'])}"] if context["banner"] else []
    return "\n".join(["---", *lines, "---"])


def _answer(context: Context, words: Words) -> list[str]:
    original = sum(map(len, context["original"].values()))
    seeds = [row.n for result in context["results"].values() if not result.experiment.extension for row in result.rows]
    lines = [_printed(context, words), _counts(context, words), *_noise(context, words), *_hardest(context, words)]
    return [
        words.say("about", original=original, seeds=_range(seeds)),
        _heading(words.say("answer")),
        "\n".join(f"- {line}" for line in lines),
    ]


def _heading(text: str, level: int = 1) -> str:
    return f"{'#' * level} {text} {{.unnumbered}}"


def _rows(context: Context) -> list[Any]:
    return [row for result in context["results"].values() for row in result.rows]


def _range(numbers: Sequence[int]) -> str:
    low, high = min(numbers), max(numbers)
    return str(low) if low == high else f"{low}~{high}"


def _printed(context: Context, words: Words) -> str:
    found = context["outside"]
    if not found["tested"]:
        return words.say("not_printed")
    return words.say("printed", tested=found["tested"], inside=found["tested"] - found["count"])


def _counts(context: Context, words: Words) -> str:
    counts = [words.say("count", verdict=words.verdict(verdict), count=n) for verdict, n in context["verdict_counts"]]
    return words.say("counted", claims=len(context["claims"]), counts=", ".join(counts))


def _noise(context: Context, words: Words) -> list[str]:
    deviations = [row.accuracy_sd for row in _rows(context) if row.run_id == BASE]
    return [words.say("noise", sd=decimals(sd, 2)) for sd in deviations[:1] if sd is not None]


def _hardest(context: Context, words: Words) -> list[str]:
    classes = context["classes"]
    names = [words.all["classes"].get(name, name) for name in classes["hard"].index] if classes else []
    return [words.say("hardest", names=", ".join(names))] if names else []


def _settings(context: Context, words: Words) -> list[str]:
    """Return what to set: the changes of the base case, as the report's own chapter groups them."""
    parts = [_heading(words.say("settings"))]
    parts.append(words.say("settings_about", margin=decimals(context["margins"]["accuracy"].margin, 1)))
    parts += _sign_changes(context, words)
    for word, heading in GROUPS.items():
        changes = [one for one in context["changes"] if one["word"] == word and not one["combined"]]
        lines = [f"- {_change(one, words)}" for one in changes] or [words.say("nothing")]
        parts += [_heading(words.say(heading), 2), "\n".join(lines)]
    return parts


def _sign_changes(context: Context, words: Words) -> list[str]:
    """Return which changes of the combined setting help alone and hurt beside the others, or the reverse."""
    pairs = sign_changes(context["combined_effects"]) if context["enough"] else []
    return [
        words.say(
            "sign_change", name=words.name(one["name"]), alone=signed(one["effect"]), beside=signed(other["effect"])
        )
        for one, other in pairs
    ]


def _change(change: Row, words: Words) -> str:
    numbers = {name: signed(change[name]) for name in ("effect", "lower", "upper")}
    return words.say("change", name=words.name(change["name"]), **numbers)


def _claims(context: Context, words: Words) -> list[str]:
    about = words.say("claims_about", claims=len(context["claims"]), significance=context["significance"])
    head = ["| " + " | ".join(words.all["columns"]) + " |", "|:--|:---|--:|--:|:--|"]
    table = "\n".join([*head, *(_claim(row, words) for row in context["claims"])])
    return [_heading(words.say("claims")), about, table + "\n"]


def _claim(row: Row, words: Words) -> str:
    says, verdict = words.all["claims"][row["id"]], words.verdict(row["verdict"])
    cells = [f"**{verdict}**", says, words.effect(row), row["n"], row["section"]]
    return f"| {' | '.join(map(str, cells))} |"
