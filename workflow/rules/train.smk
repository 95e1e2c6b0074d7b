# One job per run and seed. Its parameters are that run's own settings and nothing else, so
# that a new value in a grid trains one run; its code inputs are the modules that decide a
# run's numbers, so that a plot edit retrains nothing and a model edit retrains all.

TRAINING_CODE = modules(
    "dataset.py",
    "devices.py",
    "engines.py",
    "losses.py",
    "models.py",
    "native/activations.h",
    "native/build.py",
    "native/convolution.h",
    "native/kernels.cpp",
    "native/layers.h",
    "native/lenet5.py",
    "native/products.h",
    "native/vectors.h",
    "native/winograd.h",
    "optimizers.py",
    "randomness.py",
    "run_config.py",
    "training.py",
)


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
    log:
        f"{LOGS}/train/{{run_id}}/seed={{seed}}.log",
    benchmark:
        f"{BENCHMARKS}/train/{{run_id}}/seed={{seed}}.tsv"
    threads: 1
    resources:
        gpu=gpus_of_run,
        mem_mb=memory_of_run,
        runtime=minutes_of_run,
    params:
        settings=settings_of,
    script:
        "../scripts/train.py"


rule runs:
    input:
        run_files("metrics.json"),
    localrule: True
