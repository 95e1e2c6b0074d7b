# Fashion-MNIST: found or fetched, verified, and laid down as one array file.


def data_folder():
    """The config's data folder; relative to the project, wherever Snakemake runs."""
    folder = config["data"]["folder"]
    expanded = folder and Path(folder).expanduser()
    return str(expanded) if folder and expanded.is_absolute() else folder and here(expanded)


rule data:
    output:
        arrays=ARRAYS,
        checksum=CHECKSUM,
    params:
        folder=data_folder(),
        checksums=config["data"]["checksums"],
    log:
        f"{LOGS}/data.log",
    benchmark:
        f"{BENCHMARKS}/data.tsv"
    localrule: True  # head nodes reach the network, compute nodes often do not
    script:
        "../scripts/prepare_data.py"
