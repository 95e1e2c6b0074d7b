# A verdict on every claim of the original.

CLAIM_CODE = modules(
    "claim_curves.py",
    "claim_data.py",
    "claim_forms.py",
    "claim_list.py",
    "claim_rows.py",
    "claim_runs.py",
    "claim_testing.py",
    "claim_words.py",
    "claims.py",
    "statistics.py",
    "verdicts.py",
)


rule claims_table:
    input:
        runs=rules.gather.output.runs,
        loss=rules.gather.output.loss,
        claims=here("report/claims.yaml"),
        claims_schema=here("workflow/schemas/claims.schema.yaml"),
        reported=here("report/reported.yaml"),
        reported_schema=here("workflow/schemas/reported.schema.yaml"),
        code=[*CLAIM_CODE, *modules("experiments.py", "reported.py")],
    output:
        report(
            f"{RESULTS}/claims.csv",
            caption="../report/claims.rst",
            category="Tables",
            labels={"experiment": "verdicts on all claims"},
        ),
    log:
        f"{LOGS}/claims_table.log",
    benchmark:
        f"{BENCHMARKS}/claims_table.tsv"
    localrule: True
    params:
        experiments={
            name: experiment.as_dict() for name, experiment in PLAN.experiments.items()
        },
    script:
        "../scripts/claims.py"


rule claims:
    input:
        rules.claims_table.output,
    log:
        f"{LOGS}/claims.log",
    localrule: True
    script:
        "../scripts/show_claims.py"
