"""A Fashion-MNIST report as a build product: config -> runs -> tables, figures -> report."""

import functools
import gc

import smart_open
from snakemake.settings.types import DeploymentMethod
from snakemake.utils import min_version

from fmnist.plan.yaml_files import stop_unless_readable

min_version("9.27")

# Planning makes millions of objects that stay: collecting less often saves a tenth of it.
gc.set_threshold(500_000)
# Snakemake 9.27 has the path of the script parsed three times a job, and this makes a class
# every time: another tenth.
smart_open.parse_uri = functools.cache(smart_open.parse_uri)

# Snakemake's own message for a broken file names neither the file nor the line.
stop_unless_readable(workflow.config_settings.configfiles or ["config.yaml"])


configfile: "config.yaml"


# Only where it is asked for (docs/containers.md): Snakemake would record the image as every
# job's software even where it did not use it.
if DeploymentMethod.APPTAINER in workflow.deployment_settings.deployment_method:

    container: "containers/fmnist.sif"


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/tables.smk"
include: "workflow/rules/classes.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/claims.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/compare.smk"


onstart:
    # On a cluster the head node often has no GPU: there each job checks for itself.
    if config["device"] == "cuda" and workflow.local_exec:
        stop_without_cuda()


onsuccess:
    if Path(rules.report.output.html).exists():
        print(
            f"The report: {rules.report.output.html} and {rules.report.output.pdf}"
        )


onerror:
    missing = missing_files(TRAINED)
    if missing and len(missing) < len(RUNS):
        print(
            f"{len(missing)} of {len(RUNS)} trainings are missing; the same command goes on with them."
        )
        print(
            "A report of the others, which names these: make report PARTIAL=1 (or --config partial=True)."
        )


rule all:
    default_target: True
    input:
        deleted_runs(),
        rules.report.output,
        rules.tables.input,
        rules.figures.input,
        rules.claims_table.output,
        rules.confusion.output,
        rules.predictions.output,
        rules.image_noise.output,
    localrule: True
