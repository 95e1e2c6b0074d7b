# Class by class: which is taken for which, and what each change does to every one of them.


rule predictions:
    input:
        # The script reads the predictions.npy of the runs that are trained here, in runs/ beside it.
        runs=rules.gather.output.runs,
        reused=reused_files("predictions.npz"),
        arrays=ancient(ARRAYS),
        code=up_to("runs"),
    output:
        f"{RESULTS}/predictions.npz",
    log:
        f"{LOGS}/predictions.log",
    localrule: True
    params:
        trained=TRAINED,
    script:
        "../scripts/predictions.py"


rule confusion:
    input:
        predictions=rules.predictions.output[0],
        arrays=ancient(ARRAYS),
        code=up_to("analysis"),
    output:
        f"{RESULTS}/confusion.csv",
    log:
        f"{LOGS}/confusion.log",
    localrule: True
    params:
        classes=CLASSES,
    script:
        "../scripts/confusion.py"


rule class_figures:
    input:
        confusion=rules.confusion.output[0],
        code=up_to("figures"),
    output:
        confusion=f"{RESULTS}/figures/confusion.svg",
        classes=f"{RESULTS}/figures/classes.svg",
    log:
        f"{LOGS}/figures/classes.log",
    localrule: True
    params:
        experiments={name: experiment.as_dict() for name, experiment in SHOWN.items()},
        classes=CLASSES,
    script:
        "../scripts/class_figures.py"


rule contested:
    input:
        predictions=rules.predictions.output[0],
        arrays=ancient(ARRAYS),
        code=up_to("analysis"),
    output:
        table=f"{RESULTS}/contested.csv",
        picture=f"{RESULTS}/contested.png",
    log:
        f"{LOGS}/contested.log",
    localrule: True
    params:
        classes=CLASSES,
    script:
        "../scripts/contested.py"
