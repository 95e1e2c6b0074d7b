# All runs gathered into tidy tables, and one table an experiment.


rule gather:
    input:
        # The script reads the loss.csv and provenance.json beside each: the same job makes them.
        metrics=metrics_files(TRAINED),
        reused=reused_files("runs.csv", "loss.csv", "provenance.json"),
        checksum=CHECKSUM,
        code=up_to("runs"),
    output:
        runs=ALL_RUNS,
        loss=f"{RESULTS}/loss.csv",
        provenance=f"{RESULTS}/provenance.json",
    log:
        f"{LOGS}/gather.log",
    localrule: True
    params:
        runs=RUNS,
        trained=TRAINED,
        reuse=config["reuse"],
        settings=SETTINGS,
    script:
        "../scripts/gather.py"


rule table:
    input:
        runs=rules.gather.output.runs,
        reported=REPORTED,
        code=up_to("analysis"),
    output:
        report(
            f"{RESULTS}/tables/{{experiment}}.csv",
            caption="../report/experiment.rst",
            category="Experiments",
            labels={"experiment": "{experiment}", "what": "table"},
        ),
    log:
        f"{LOGS}/tables/{{experiment}}.log",
    localrule: True
    params:
        experiment=lambda wildcards: SHOWN[wildcards.experiment].as_dict(),
    script:
        "../scripts/table.py"


rule comparison_table:
    input:
        runs=rules.gather.output.runs,
        reported=REPORTED,
        code=up_to("analysis"),
    output:
        report(
            f"{RESULTS}/tables/reported_vs_replicated.csv",
            caption="../report/comparison.rst",
            category="Reported against replicated",
            labels={"what": "table"},
        ),
    log:
        f"{LOGS}/tables/reported_vs_replicated.log",
    localrule: True
    params:
        experiments=EXPERIMENTS,
    script:
        "../scripts/comparison_table.py"


rule effects:
    input:
        runs=rules.gather.output.runs,
        reported=REPORTED,
        code=up_to("analysis"),
    output:
        f"{RESULTS}/effects.csv",
    log:
        f"{LOGS}/effects.log",
    localrule: True
    params:
        experiments=EXPERIMENTS,
    script:
        "../scripts/effects.py"


rule tables:
    input:
        rules.effects.output,
        expand(rules.table.output, experiment=SHOWN),
        rules.comparison_table.output,
    localrule: True
