"""Write the report: one Markdown file, one HTML page, one PDF."""

import json
import os
from pathlib import Path
from typing import Any

from fmnist.claims.claim_list import read_claims
from fmnist.common.checksums import read_checksums
from fmnist.common.files import atomic, write_text
from fmnist.common.job import run_logged
from fmnist.plan.experiments import plan_experiments
from fmnist.plan.original import read_reported
from fmnist.report.context import Inputs, build_context
from fmnist.report.rendering import Style, write_html, write_pdf
from fmnist.report.sections import render_sections
from fmnist.runs.gathering import read_curves, read_runs


def main(job: Any) -> None:
    markdown = Path(job.output.markdown)
    context = build_context(_inputs(job, markdown))
    write_text(markdown, render_sections([Path(path) for path in job.input.sections], context))
    _render(job, markdown)


def _inputs(job: Any, markdown: Path) -> Inputs:
    return Inputs(
        config=job.params.config,
        plan=plan_experiments(job.params.config),
        runs=read_runs(Path(job.input.runs)),
        curves=read_curves(Path(job.input.loss)),
        tables={Path(path).stem: Path(path) for path in job.input.tables},
        figures={Path(path).stem: _beside(path, markdown) for path in job.input.figures},
        drawings={"fc": _beside(job.input.fc, markdown), "lenet5": _beside(job.input.lenet5, markdown)},
        comparison=Path(job.input.comparison),
        comparison_figure=_beside(job.input.comparison_figure, markdown),
        data_files=read_checksums(Path(job.input.checksum)),
        provenance=json.loads(Path(job.input.provenance).read_text(encoding="utf-8")),
        reported=read_reported(Path(job.input.reported)),
        claims=read_claims(Path(job.input.claims)),
        verdicts=Path(job.input.verdicts),
        claim_figures={Path(path).stem: _beside(path, markdown) for path in job.input.claim_figures},
        verdict_figure=_beside(job.input.verdict_figure, markdown),
        calibration=Path(job.input.calibration),
        confusion=Path(job.input.confusion),
        confusion_figure=_beside(job.input.confusion_figure, markdown),
        classes_figure=_beside(job.input.classes_figure, markdown),
        image_noise=Path(job.input.image_noise),
    )


def _beside(path: str | Path, markdown: Path) -> str:
    """Return a figure's path as the Markdown file refers to it."""
    return Path(os.path.relpath(path, markdown.parent)).as_posix()


def _render(job: Any, markdown: Path) -> None:
    style = Style(
        crossref=Path(job.input.crossref),
        html_template=Path(job.input.html_template),
        css=Path(job.input.css),
        typst_template=Path(job.input.typst_template),
    )
    with atomic(Path(job.output.html)) as html:
        write_html(markdown, html, style)
    with atomic(Path(job.output.pdf)) as pdf:
        write_pdf(markdown, pdf, style)


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
