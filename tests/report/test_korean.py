"""The Korean summary: a sentence for every claim, a word for every verdict, every number from the results."""

import re
import string

import pytest
from builders import CLAIMS, ROOT
from fontTools.ttLib import TTFont
from made_up_results import STYLE, Results, shipped_config

from fmnist.claims import verdicts
from fmnist.claims.claim_list import read_claims
from fmnist.claims.scale import PERCENT, POINTS, SHARE
from fmnist.data.datasets import CLASS_NAMES
from fmnist.report.context import build_context
from fmnist.report.korean import Words, korean_markdown, write_korean

KOREAN = ROOT / "report/korean"
CATALOGUE = KOREAN / "catalogue.yaml"
FONTS = sorted((KOREAN / "fonts").glob("*.ttf"))
# Names that Korean texts write as they are.
LATIN = {"Adam", "LeNet", "Leaky", "MSE", "RMSprop", "ReLU", "ReduceLROnPlateau", "SGD", "StepLR", "tanh"}


@pytest.fixture(scope="module")
def words() -> Words:
    return Words(CATALOGUE)


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    results = Results(tmp_path_factory.mktemp("korean"), shipped_config(seeds=[0, 1, 2], extensions=True))
    results.set_run("lenet5", test_accuracy=[0.890, 0.891, 0.892])
    results.set_run("lenet5__pooling=max", test_accuracy=[0.950, 0.951, 0.952])
    results.set_run("lenet5__optimizer=sgd", test_accuracy=[0.7, 0.701, 0.702])
    all_four = "lenet5__activation=leaky_relu__batch_norm=true__channels=32x64x256__pooling=max"
    results.set_run(all_four, test_accuracy=[0.800, 0.801, 0.802])
    return build_context(results.write(), results.config, results.folder)


def test_claims_verdicts_classes_and_units_all_have_their_words(words: Words) -> None:
    assert list(words.all["claims"]) == [claim.id for claim in read_claims(CLAIMS).tested]
    assert set(words.all["verdicts"]) == set(verdicts.VERDICTS)
    assert set(words.all["classes"]) == set(CLASS_NAMES)
    assert set(words.all["units"]) == {POINTS, PERCENT, SHARE}


def test_every_claim_keeps_the_numbers_of_its_sentence(words: Words) -> None:
    for claim in read_claims(CLAIMS).tested:
        korean = words.all["claims"][claim.id]
        assert set(re.findall(r"\d[\d.]*\d|\d+", claim.says)) == set(re.findall(r"\d[\d.]*\d|\d+", korean)), claim.id
        assert korean.endswith(("다.", ")."))


def test_the_font_has_every_character_of_the_summary_and_of_the_quotes() -> None:
    claims = read_claims(CLAIMS)
    quotes = "".join(one.quote for one in (*claims.tested, *claims.asserted))
    needed = set(CATALOGUE.read_text(encoding="utf-8") + quotes) | set("\u00a0−–±~•") - {"\n"}
    assert len(FONTS) == 2
    for path in FONTS:
        assert not {char for char in needed - {"\n"} if ord(char) not in TTFont(path).getBestCmap()}


@pytest.mark.slow
def test_the_summary_has_every_claim_and_no_gap(context, words: Words) -> None:
    text = korean_markdown(context, words)
    rows = [line for line in text.splitlines() if line.startswith("| **")]
    assert len(rows) == len(context["claims"])
    assert "**주장 44개.**" in text
    assert "None" not in text
    assert not [name for _, name, _, _ in string.Formatter().parse(text.replace("{.unnumbered}", "")) if name]


@pytest.mark.slow
def test_runs_have_korean_names(context, words: Words) -> None:
    for row in context["claims"]:
        for run in ("first", "second"):
            assert set(re.findall(r"[A-Za-z]{3,}", words.name(row[run]))) <= LATIN, row[run]


@pytest.mark.slow
def test_what_to_set_has_every_change_that_a_claim_compares_with_the_base_case(context, words: Words) -> None:
    text = korean_markdown(context, words)
    settings = text[text.index(words.say("settings")) : text.index(words.say("claims"))]
    helps, hurts = (settings.split(words.say(name))[1].split("##")[0] for name in ("helps", "hurts"))
    assert "평균 풀링 대신 최대 풀링: +6.00%p" in helps
    assert "Adam 대신 SGD: −19.00%p" in hurts
    assert "**최대 풀링: 단독으로 쓰면 정확도가 +6.00%p, 결합 설정의 나머지 변경과 함께 쓰면 −" in settings
    assert settings.count("%p (") == sum(bool(one["word"]) and not one["combined"] for one in context["changes"])


@pytest.mark.slow
def test_changes_have_korean_names(context, words: Words) -> None:
    for change in (*context["changes"], *context["shares"]):
        assert set(re.findall(r"[A-Za-z]{3,}", words.name(change["name"]))) <= LATIN, change["name"]


@pytest.mark.slow
def test_one_seed_gives_no_verdict_and_still_a_summary(tmp_path, words: Words) -> None:
    results = Results(tmp_path, shipped_config())
    text = korean_markdown(build_context(results.write(), results.config, tmp_path), words)
    assert "시드가 적어" in text
    assert "±" not in text


@pytest.mark.slow
def test_the_page_is_korean_and_the_pdf_embeds_a_part_of_the_font(context, tmp_path) -> None:
    files = {**STYLE, "korean": CATALOGUE, "korean_fonts": FONTS}
    files |= {"korean_page": KOREAN / "page.html", "korean_paper": KOREAN / "paper.typ"}
    outputs = {
        f"korean_{name}": tmp_path / f"ko.{end}" for name, end in (("markdown", "md"), ("html", "html"), ("pdf", "pdf"))
    }
    write_korean(context, files, outputs)
    html = outputs["korean_html"].read_text(encoding="utf-8")
    assert '<html lang="ko">' in html
    assert "http" not in html.split("</style>")[-1]
    pdf = outputs["korean_pdf"].read_bytes()
    assert b"NotoSansKR" in pdf
    assert b"Libertinus" not in pdf
    assert len(pdf) < sum(path.stat().st_size for path in FONTS) / 2
