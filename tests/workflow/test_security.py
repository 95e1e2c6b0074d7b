"""What docs/security.md promises: no code out of data, no shell, and pages that show markup as text."""

import ast
import re
import subprocess

import pytest
from builders import ROOT

from fmnist.report.markdown import escape, metadata
from fmnist.report.rendering import SOURCE_FORMAT

RULES = [ROOT / "Snakefile", *sorted((ROOT / "workflow/rules").glob("*.smk"))]
SOURCES = sorted(path for folder in ("fmnist", "workflow", "benchmarks") for path in (ROOT / folder).rglob("*.py"))

# How a call must be written to be safe: the keyword that it needs, as source.
ONLY_WITH = {
    "yaml.load": "Loader=_StrictLoader",
    "torch.load": "weights_only=True",
    "np.load": "allow_pickle=False",
    "numpy.load": "allow_pickle=False",
}
NEVER = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "os.system",
    "os.popen",
    "pickle.load",
    "pickle.loads",
    "marshal.loads",
}
NEVER |= {"yaml.unsafe_load", "yaml.full_load", "pd.read_pickle", "joblib.load", "subprocess.getoutput"}
NEVER |= {"tarfile.open", "zipfile.ZipFile", "shutil.unpack_archive"}  # Debian's package: dpkg-deb, in a scratch folder


def unsafe_calls(source: str) -> list[str]:
    """Every call in a source that could run what data says."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [ast.unparse(call) for call in calls if is_unsafe(call)]


def is_unsafe(call: ast.Call) -> bool:
    name = ast.unparse(call.func)
    keywords = {ast.unparse(keyword) for keyword in call.keywords}
    missing = name in ONLY_WITH and ONLY_WITH[name] not in keywords
    return name in NEVER or missing or any(word.startswith("shell=") for word in keywords)


def test_no_source_runs_what_data_says() -> None:
    found = {path.relative_to(ROOT).as_posix(): unsafe_calls(path.read_text(encoding="utf-8")) for path in SOURCES}
    assert {path: calls for path, calls in found.items() if calls} == {}


@pytest.mark.parametrize(
    "source",
    [
        "eval(text)",
        "pickle.load(file)",
        "yaml.load(text, Loader=yaml.Loader)",
        "yaml.load(text)",
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "np.load(path, allow_pickle=True)",
        "subprocess.run(command, shell=True)",
        "os.system(command)",
    ],
)
def test_an_unsafe_call_is_found(source: str) -> None:
    assert unsafe_calls(source) == [source]


def test_the_only_loader_of_yaml_is_a_safe_one() -> None:
    from yaml import SafeLoader

    from fmnist.plan.yaml_files import _StrictLoader

    assert issubclass(_StrictLoader, SafeLoader)
    assert "!!python" not in "".join(map(str, _StrictLoader.yaml_constructors))
    assert _StrictLoader.yaml_multi_constructors == SafeLoader.yaml_multi_constructors


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
    import pypandoc

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
