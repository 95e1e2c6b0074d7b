# One figure an experiment, the two networks, and reported against replicated.


rule figure:
    input:
        runs=rules.gather.output.runs,
        loss=rules.gather.output.loss,
        reported=REPORTED,
        code=up_to("figures"),
    output:
        report(
            f"{RESULTS}/figures/{{experiment}}.svg",
            caption="../report/experiment.rst",
            category="Experiments",
            labels={"experiment": "{experiment}", "what": "figure"},
        ),
    log:
        f"{LOGS}/figures/{{experiment}}.log",
    localrule: True
    params:
        experiment=lambda wildcards: SHOWN[wildcards.experiment].as_dict(),
    script:
        "../scripts/figure.py"


rule comparison_figure:
    input:
        table=rules.comparison_table.output[0],
        code=up_to("figures"),
    output:
        report(
            f"{RESULTS}/figures/reported_vs_replicated.svg",
            caption="../report/comparison.rst",
            category="Reported against replicated",
            labels={"what": "figure"},
        ),
    log:
        f"{LOGS}/figures/reported_vs_replicated.log",
    localrule: True
    params:
        experiments={name: experiment.as_dict() for name, experiment in SHOWN.items()},
    script:
        "../scripts/comparison_figure.py"


rule figures:
    input:
        expand(rules.figure.output, experiment=SHOWN),
        rules.comparison_figure.output,
        rules.class_figures.output,
    localrule: True
