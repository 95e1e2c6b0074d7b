# Class by class: which is taken for which, and what each change does to every one of them.


rule confusion:
    input:
        # The script reads runs/<run_id>/seed=<n>/predictions.npy beside it: the same jobs made them.
        runs=rules.gather.output.runs,
        arrays=ancient(ARRAYS),
        # What is known of reused runs whose predictions are not.
        known=reused_files("confusion.csv"),
        code=up_to("analysis"),
    output:
        f"{RESULTS}/confusion.csv",
    log:
        f"{LOGS}/confusion.log",
    benchmark:
        f"{BENCHMARKS}/confusion.tsv"
    localrule: True
    script:
        "../scripts/confusion.py"


rule predictions:
    input:
        # The script reads runs/<run_id>/seed=<n>/predictions.npy beside it: the same jobs made them.
        runs=rules.gather.output.runs,
        arrays=ancient(ARRAYS),
        code=up_to("runs"),
    output:
        f"{RESULTS}/predictions.npz",
    log:
        f"{LOGS}/predictions.log",
    benchmark:
        f"{BENCHMARKS}/predictions.tsv"
    localrule: True
    script:
        "../scripts/predictions.py"


rule class_figures:
    input:
        confusion=rules.confusion.output[0],
        code=up_to("figures"),
    output:
        confusion=report(
            f"{RESULTS}/figures/confusion.svg",
            caption="../report/confusion.rst",
            category="Figures",
            labels={"experiment": "confusion matrices"},
        ),
        classes=report(
            f"{RESULTS}/figures/classes.svg",
            caption="../report/classes.rst",
            category="Figures",
            labels={"experiment": "what each change does to every class"},
        ),
    log:
        f"{LOGS}/figures/classes.log",
    benchmark:
        f"{BENCHMARKS}/figures/classes.tsv"
    localrule: True
    params:
        experiments={name: experiment.as_dict() for name, experiment in SHOWN.items()},
    script:
        "../scripts/class_figures.py"
