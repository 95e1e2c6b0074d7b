"""Write the SHA-256 of each training module and of the data: together they decide the numbers of every run."""

import os
from pathlib import Path
from typing import Any

from fmnist.common.checksums import DATA, checksum_list
from fmnist.common.files import write_text
from fmnist.common.job import run_logged


def main(job: Any) -> None:
    code, data = [Path(path) for path in job.input.code], Path(job.input.data)
    project = Path(os.path.commonpath(code)).parent  # relative paths: moving the project changes nothing
    files = {path.relative_to(project).as_posix(): path for path in code}
    write_text(Path(job.output[0]), checksum_list({**files, DATA: data}))


if "snakemake" in globals():
    run_logged(main, globals()["snakemake"])
