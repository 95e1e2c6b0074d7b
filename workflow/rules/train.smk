# One job per run and seed. Its parameters are the settings of that run only: a new value in a
# sweep trains one run. The code in fmnist/training is an input: an edit there retrains every
# run, and an edit of a figure retrains none.


# One small file holds the checksums of all training code and the data. Snakemake plans jobs
# with few inputs faster, and it compares small files by content, so that touching a module
# without editing it retrains nothing.
rule training_state:
    input:
        code=package("training"),
        data=CHECKSUM,
    output:
        TRAINING_STATE,
    log:
        f"{LOGS}/training_state.log",
    localrule: True
    script:
        "../scripts/training_state.py"


rule train:
    input:
        arrays=ancient(ARRAYS),
        state=TRAINING_STATE,
        network=own_network if OWN_NETWORKS else [],
    output:
        metrics=f"{RUN}/metrics.json",
        loss=f"{RUN}/loss.csv",
        predictions=f"{RUN}/predictions.npy",
        provenance=f"{RUN}/provenance.json",
    log:
        f"{LOGS}/train/{{run_id}}/seed={{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train/{{run_id}}/seed={{seed}}.tsv"
    # Start the longest runs first: a long one started last would keep one core busy alone.
    priority: work_of_run
    threads: 1
    resources:
        # Constants where possible: Snakemake calls a function for every job that it plans.
        gpu=GPUS_PER_RUN,
        # PyTorch and the resident images take about 1,000 on a CPU. On a GPU its CUDA libraries take
        # more: 4,000 is a guess, never measured. Retries get more.
        mem_mb=lambda wildcards, attempt: (4000 if GPUS_PER_RUN else 2000) * attempt,
        # Generous, for a cluster: the longest training takes about 20 minutes on one core.
        runtime=240,
    params:
        settings=settings_of,
        # Not an output: Snakemake would delete it before the job starts again.
        checkpoint=f"{RESULTS}/checkpoints/{{run_id}}/seed={{seed}}.pt",
    script:
        "../scripts/train.py"
