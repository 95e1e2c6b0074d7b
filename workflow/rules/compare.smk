# A user's own results against the committed reference, run by run.


rule compare:
    input:
        runs=rules.gather.output.runs,
        reference=here("reference/runs.csv"),
        code=up_to("analysis"),
    output:
        f"{RESULTS}/compare.csv",
    log:
        f"{LOGS}/compare.log",
    benchmark:
        f"{BENCHMARKS}/compare.tsv"
    localrule: True
    script:
        "../scripts/compare.py"
