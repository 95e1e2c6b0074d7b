# Runs that a folder of committed results holds are taken from there, all in one job; `train`
# makes the others. Nothing of how they are trained is an input: they are what they are.
# Without params of its own the rule differs from `train` in what Snakemake records of each
# file, so that without `reuse` these runs are trained from scratch.

if REUSED:

    ruleorder: reuse > train

    rule reuse:
        input:
            runs=f"{REUSE}/runs.csv",
            loss=f"{REUSE}/loss.csv",
            provenance=f"{REUSE}/provenance.json",
            predictions=reused_files("predictions.npz"),
            arrays=ancient(ARRAYS),
            code=up_to("runs"),
        output:
            metrics=run_files("metrics.json", REUSED),
            loss=run_files("loss.csv", REUSED),
            predictions=run_files("predictions.npy", REUSED),
            provenance=run_files("provenance.json", REUSED),
        log:
            f"{LOGS}/reuse.log",
        benchmark:
            f"{BENCHMARKS}/reuse.tsv"
        localrule: True
        script:
            "../scripts/reuse.py"
