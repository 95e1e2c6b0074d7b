# The networks' drawings, and the report itself: one Markdown, rendered as HTML and as PDF.

SECTIONS = sorted((BASE / "report/sections").glob("[0-9]*.md.j2"))
FRAGMENTS = sorted(set((BASE / "report/sections").rglob("*.md.j2")) - set(SECTIONS))


rule diagram:
    input:
        code=[*package("training"), *up_to("figures")],
    output:
        f"{RESULTS}/figures/{{network}}_network.svg",
    log:
        f"{LOGS}/figures/{{network}}_network.log",
    localrule: True
    params:
        model=lambda wildcards: config["models"][wildcards.network],
    script:
        "../scripts/diagrams.py"


rule report:
    input:
        runs=rules.gather.output.runs,
        loss=rules.gather.output.loss,
        provenance=rules.gather.output.provenance,
        checksum=CHECKSUM,
        tables=expand(rules.table.output, experiment=SHOWN),
        figures=expand(rules.figure.output, experiment=SHOWN),
        comparison=rules.comparison_table.output[0],
        comparison_figure=rules.comparison_figure.output[0],
        fc=f"{RESULTS}/figures/fc_network.svg",
        lenet5=f"{RESULTS}/figures/lenet5_network.svg",
        reported=here("report/reported.yaml"),
        claims=here("report/claims.yaml"),
        verdicts=rules.claims_table.output[0],
        effects=rules.effects.output[0],
        opening_figure=rules.opening_figure.output[0],
        choices=rules.claims_robustness.output.choices,
        halves=rules.claims_robustness.output.halves,
        exploration=committed("reference/exploration/claims.csv"),
        claim_figures=rules.claim_figures.output.claims,
        verdict_figure=rules.claim_figures.output.overview,
        calibration=here("benchmarks/calibration.csv"),
        confusion=rules.confusion.output[0],
        confusion_figure=rules.class_figures.output.confusion,
        classes_figure=rules.class_figures.output.classes,
        image_noise=rules.image_noise.output[0],
        sections=[here(path) for path in SECTIONS],
        fragments=[here(path) for path in FRAGMENTS],
        crossref=here("report/style/crossref.lua"),
        html_template=here("report/style/page.html"),
        css=here("report/style/page.css"),
        typst_template=here("report/style/paper.typ"),
        code=up_to("report"),
    output:
        markdown=f"{RESULTS}/report/report.md",
        html=f"{RESULTS}/report/index.html",
        pdf=f"{RESULTS}/report/report.pdf",
    log:
        f"{LOGS}/report.log",
    localrule: True
    params:
        config=config,
    script:
        "../scripts/report.py"
