# Fashion-MNIST: found or fetched, verified, and laid down as one array file.


rule data:
    output:
        arrays=f"{RESULTS}/data/fashion_mnist.npz",
        checksum=f"{RESULTS}/data/fashion_mnist.sha256",
    params:
        folder=config["data"]["folder"] and (BASE / config["data"]["folder"]).as_posix(),
        checksums=config["data"]["checksums"],
    log:
        f"{LOGS}/data.log",
    benchmark:
        f"{BENCHMARKS}/data.tsv"
    localrule: True  # head nodes reach the network, compute nodes often do not
    script:
        "../scripts/prepare_data.py"
