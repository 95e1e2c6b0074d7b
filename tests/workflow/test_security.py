"""What docs/security.md promises: no code out of data, no shell, and pages that show markup as text."""

import re
import subprocess

import pypandoc
from builders import ROOT

from fmnist.report.markdown import escape, metadata
from fmnist.report.rendering import SOURCE_FORMAT

RULES = [ROOT / "workflow/Snakefile", *sorted((ROOT / "workflow/rules").glob("*.smk"))]
SOURCES = [path for folder in ("fmnist", "workflow", "benchmarks") for path in (ROOT / folder).rglob("*.py")]


def found(pattern: str) -> set[str]:
    """Return the first group of all matches in the sources."""
    return {match for path in SOURCES for match in re.findall(pattern, path.read_text(encoding="utf-8"))}


def test_no_source_runs_what_data_says() -> None:
    """Ruff's rules S forbid eval, pickle, shells and such; here are what they let through, and the exceptions."""
    assert found(r"noqa: *(S\d+)") <= {"S506", "S704"}  # our own safe YAML loader; escaped markup
    assert found(r"\b((?:np|numpy)\.load)\((?!.*allow_pickle=False)") == set()
    assert found(r"\b(torch\.load)\((?!.*weights_only=True)") == set()


def test_no_rule_uses_a_shell() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in RULES)
    assert re.findall(r"^\s*(?:shell:|run:)|\b(?:shell|eval|exec)\(", text, flags=re.MULTILINE) == []


# Pages ---------------------------------------------------------------------------------------

EVIL = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<!-- comment -->",
    "[link](javascript:alert(1))",
    "![picture](/etc/passwd)",
    "<https://evil.example>",
    '#read("/etc/passwd")',
    '#import "@preview/evil:1.0.0": *',
    "\\input{/etc/passwd}",
    "$\\input{/etc/passwd}$",
    "`#read(1)`{=typst}",
    "`<script>`{=html}",
    "a\n\n```{=html}\n<script>alert(1)</script>\n```",
    "a\n\n<div onclick=alert(1)>b</div>",
    "[text]{onclick=alert(1)}",
    "{{ config }} {% raw %}",
    "*/ // \"quotes\" 'single' & ampersand",
]


def converted(text: str, to: str, *options: str) -> str:
    command = [pypandoc.get_pandoc_path(), f"--from={SOURCE_FORMAT}", f"--to={to}", "--wrap=none", "--mathml", *options]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


PARAGRAPHS = "\n\n".join(str(escape(text)) for text in EVIL)


def test_markup_in_a_text_is_shown_as_text_on_the_page() -> None:
    page = converted(PARAGRAPHS, "html5")
    assert re.findall(r"<(?!/?p>)[a-z!]", page) == []  # paragraphs, and no other tag
    for text, line in zip(EVIL, page.splitlines(), strict=True):
        shown = re.sub(r"</?p>", "", line).replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
        assert shown.replace("&amp;", "&") == " ".join(text.split()).replace("--", "–")


def test_code_in_a_text_is_shown_as_text_in_the_pdf() -> None:
    # In Typst, only `#` begins code, `$` a formula and a backtick raw text; escaped, none does.
    assert re.findall(r"(?<!\\)[#$`]", converted(PARAGRAPHS, "typst")) == []


def test_markup_in_the_documents_head_is_shown_as_text() -> None:
    authors = "\n".join(f"- {metadata(text)}" for text in EVIL)
    page = converted(f"---\ntitle: A title\nauthor:\n{authors}\n---\n", "html5", "--standalone")
    assert page.count('<p class="author">') == len(EVIL)
    assert re.findall(r"<(?:script|img|a)\b", page) == []
