# Obtain and verify Fashion-MNIST, and write it as one array file.


rule data:
    output:
        arrays=ARRAYS,
        checksum=CHECKSUM,
    log:
        f"{LOGS}/data.log",
    localrule: True  # head nodes reach the network, compute nodes often do not
    params:
        folder=folder_of("data.folder", config["data"]["folder"]),
        dataset=config["data"]["dataset"],
    script:
        "../scripts/prepare_data.py"
