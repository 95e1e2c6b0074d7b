# The networks' drawings, and the report itself: one Markdown, rendered as HTML and as PDF.


include: "report_folder.smk"


STYLES = [
    *sorted((BASE / "report/style").glob("*.css")),
    *sorted(
        (BASE / "report/explorer").rglob("*.css"), reverse=True
    ),  # uPlot's before ours
]
EXPLORER = ("explorer.html.j2", "explorer.js", "vendor/uPlot.iife.min.js")


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
        reported=REPORTED,
        claims=CLAIMS,
        verdicts=rules.claims_table.output[0],
        effects=rules.effects.output[0],
        opening_figure=rules.opening_figure.output[0],
        choices=rules.claims_robustness.output.choices,
        halves=rules.claims_robustness.output.halves,
        compared=list(COMPARED.values()),
        claim_figures=rules.claim_figures.output.claims,
        verdict_figure=rules.claim_figures.output.overview,
        calibration=here("benchmarks/calibration.csv"),
        confusion=rules.confusion.output[0],
        confusion_figure=rules.class_figures.output.confusion,
        classes_figure=rules.class_figures.output.classes,
        image_noise=rules.image_noise.output[0],
        sections=[os.path.relpath(path) for path in SECTIONS],
        fragments=[os.path.relpath(path) for path in FRAGMENTS],
        contested=rules.contested.output.table,
        contested_picture=rules.contested.output.picture,
        crossref=here("report/style/crossref.lua"),
        traced=here("report/style/provenance.lua"),
        paper_filter=here("report/style/paper.lua"),
        html_template=here("report/style/page.html"),
        css=[here(path) for path in STYLES],
        explorer=[here(f"report/explorer/{name}") for name in EXPLORER],
        typst_template=here("report/style/paper.typ"),
        korean=os.path.relpath(KOREAN) if KOREAN.exists() else [],
        korean_page=here("report/korean/page.html"),
        korean_paper=here("report/korean/paper.typ"),
        korean_fonts=sorted(map(here, (BASE / "report/korean/fonts").glob("*.ttf"))),
        code=up_to("report"),
    output:
        **{
            f"korean_{kind}": f"{RESULTS}/report/{name}"
            for kind, name in KOREAN_PAGES.items()
            if KOREAN.exists()
        },
        markdown=f"{RESULTS}/report/report.md",
        html=f"{RESULTS}/report/index.html",
        pdf=f"{RESULTS}/report/report.pdf",
    log:
        f"{LOGS}/report.log",
    localrule: True
    params:
        config=config,
        compared=list(COMPARED),
        section_folders=[os.path.relpath(path) for path in SECTION_FOLDERS],
    script:
        "../scripts/report.py"
