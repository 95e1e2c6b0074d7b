# A verdict on every claim of the original, and what the test images have to do with it.

CLAIM_IDS = [claim.id for claim in read_claims(Path(CLAIMS)).tested]


rule claims_table:
    input:
        runs=rules.gather.output.runs,
        loss=rules.gather.output.loss,
        claims=CLAIMS,
        reported=REPORTED,
        code=up_to("claims"),
    output:
        report(
            f"{RESULTS}/claims.csv",
            caption="../report/claims.rst",
            category="Claims",
            labels={"what": "table"},
        ),
    log:
        f"{LOGS}/claims_table.log",
    localrule: True
    params:
        experiments=EXPERIMENTS,
    script:
        "../scripts/claims.py"


rule claim_figures:
    input:
        runs=rules.gather.output.runs,
        loss=rules.gather.output.loss,
        verdicts=rules.claims_table.output[0],
        claims=CLAIMS,
        reported=REPORTED,
        code=up_to("figures"),
    output:
        claims=expand(f"{RESULTS}/figures/claims/{{claim}}.svg", claim=CLAIM_IDS),
        overview=report(
            f"{RESULTS}/figures/verdicts.svg",
            caption="../report/claims.rst",
            category="Claims",
            labels={"what": "figure"},
        ),
    log:
        f"{LOGS}/claim_figures.log",
    localrule: True
    params:
        experiments=EXPERIMENTS,
    script:
        "../scripts/claim_figures.py"


rule image_noise:
    input:
        runs=rules.gather.output.runs,
        loss=rules.gather.output.loss,
        claims=CLAIMS,
        reported=REPORTED,
        predictions=rules.predictions.output[0],
        arrays=ancient(ARRAYS),
        code=up_to("claims"),
    output:
        f"{RESULTS}/image_noise.csv",
    log:
        f"{LOGS}/image_noise.log",
    localrule: True
    params:
        experiments=EXPERIMENTS,
    script:
        "../scripts/image_noise.py"


rule claims_robustness:
    input:
        runs=rules.gather.output.runs,
        loss=rules.gather.output.loss,
        claims=CLAIMS,
        reported=REPORTED,
        code=up_to("claims"),
    output:
        choices=f"{RESULTS}/claims_by_choice.csv",
        halves=f"{RESULTS}/claims_by_half.csv",
    log:
        f"{LOGS}/claims_robustness.log",
    localrule: True
    params:
        experiments=EXPERIMENTS,
    script:
        "../scripts/claims_robustness.py"


rule opening_figure:
    input:
        effects=rules.effects.output[0],
        verdicts=rules.claims_table.output[0],
        claims=CLAIMS,
        reported=REPORTED,
        code=up_to("figures"),
    output:
        f"{RESULTS}/figures/opening.svg",
    log:
        f"{LOGS}/opening_figure.log",
    localrule: True
    params:
        experiments=EXPERIMENTS,
    script:
        "../scripts/opening_figure.py"
