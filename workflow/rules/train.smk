# One job per run and seed. Its parameters are that run's own settings and nothing else, so
# that a new value in a grid trains one run. The modules that decide a run's numbers are
# inputs, so that a plot edit retrains nothing and a model edit retrains all: by way of one
# small file with their checksums, because Snakemake plans a job the slower the more inputs
# it has, and there can be many thousand of them.


# Snakemake compares so small a file by its content: what is touched and not edited
# writes nothing new here, and retrains nothing.
rule training_state:
    input:
        code=package("training"),
        data=CHECKSUM,
    output:
        TRAINING_STATE,
    log:
        f"{LOGS}/training_state.log",
    benchmark:
        f"{BENCHMARKS}/training_state.tsv"
    localrule: True
    script:
        "../scripts/training_state.py"


rule train:
    input:
        arrays=ancient(ARRAYS),
        state=TRAINING_STATE,
    output:
        metrics=f"{RUN}/metrics.json",
        loss=f"{RUN}/loss.csv",
        predictions=f"{RUN}/predictions.npy",
        provenance=f"{RUN}/provenance.json",
    log:
        f"{LOGS}/train/{{run_id}}/seed={{seed}}.log",
    benchmark:
        f"{BENCHMARKS}/train/{{run_id}}/seed={{seed}}.tsv"
    # The longest first: begun last, it would keep one core busy when all else is done.
    priority: work_of_run
    threads: 1
    resources:
        # Numbers where they will do: a function costs time in the planning of every job.
        gpu=GPUS_PER_RUN,
        mem_mb=memory_of_run,
        runtime=MINUTES_PER_RUN,
    params:
        settings=settings_of,
        # No output: Snakemake deletes those before a job begins again, and this is for then.
        checkpoint=f"{RESULTS}/checkpoints/{{run_id}}/seed={{seed}}.pt",
    script:
        "../scripts/train.py"


rule runs:
    input:
        metrics_files(TRAINED),
    localrule: True
