# Obtain and verify the images, and write them as one array file.

DATASET = config["data"]["dataset"]
# The files of a folder that data.dataset names have no known checksums: Snakemake watches them as inputs.
OWN_FILES = [find(Path(DATASET), name) for name in FILES] if "/" in DATASET else []


rule data:
    input:
        [str(path) for path in OWN_FILES],
    output:
        arrays=ARRAYS,
        checksum=CHECKSUM,
    log:
        f"{LOGS}/data.log",
    localrule: True  # head nodes reach the network, compute nodes often do not
    params:
        folder=folder_of("data.folder", config["data"]["folder"]),
        dataset=DATASET,
    script:
        "../scripts/prepare_data.py"
