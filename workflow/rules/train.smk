# One job per run and seed. Its parameters are that run's own settings and nothing else, so
# that a new value in a grid trains one run; its code inputs are the modules that decide a
# run's numbers, so that a plot edit retrains nothing and a model edit retrains all.

TRAINING_CODE = modules(
    "dataset.py",
    "devices.py",
    "losses.py",
    "models.py",
    "optimizers.py",
    "randomness.py",
    "run_config.py",
    "training.py",
)


def settings_of(wildcards):
    """The settings of a run by its id, as plain sorted values."""
    if wildcards.run_id not in PLAN.runs:
        raise WorkflowError(
            f"The run {wildcards.run_id!r} belongs to no experiment; add its value to one in the config."
        )
    return PLAN.runs[wildcards.run_id].settings()


HAS_GPU = any(Path("/dev").glob("nvidia[0-9]*"))


def gpus_of_run(wildcards):
    """One GPU where the config demands it or this machine has one; none otherwise.

    On a machine without a GPU the request must be 0, or `--resources gpu=1` would run one
    job at a time.
    """
    return int(config["device"] == "cuda" or (config["device"] == "auto" and HAS_GPU))


def memory_of_run(wildcards, attempt):
    """PyTorch and the resident images take about 1 GB; retries get more."""
    return 2000 * attempt


def minutes_of_run(wildcards, attempt):
    """A generous limit for a cluster: the widest run takes about half an hour on one core."""
    return 120 * attempt


rule train:
    input:
        arrays=ancient(ARRAYS),
        checksum=CHECKSUM,
        code=TRAINING_CODE,
    output:
        metrics=f"{RUN}/metrics.json",
        loss=f"{RUN}/loss.csv",
        predictions=f"{RUN}/predictions.npy",
        provenance=f"{RUN}/provenance.json",
    params:
        settings=settings_of,
    log:
        f"{LOGS}/train/{{run_id}}/seed={{seed}}.log",
    benchmark:
        f"{BENCHMARKS}/train/{{run_id}}/seed={{seed}}.tsv"
    threads: 1
    resources:
        gpu=gpus_of_run,
        mem_mb=memory_of_run,
        runtime=minutes_of_run,
    script:
        "../scripts/train.py"


rule runs:
    localrule: True
    input:
        run_files("metrics.json"),
