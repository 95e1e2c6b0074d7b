"""A Fashion-MNIST report as a build product: config -> runs -> tables, figures -> report."""

import gc

from snakemake.settings.types import DeploymentMethod
from snakemake.utils import min_version

from fmnist.plan.yaml_files import stop_unless_readable

min_version("9.27")

# Planning makes millions of objects that stay: collect less often, 12 % faster for 1,000 runs.
gc.set_threshold(500_000)

# Check first: Snakemake's own message for a broken file names neither the file nor the line.
stop_unless_readable(workflow.config_settings.configfiles or ["config.yaml"])


# Where --configfile names files, they are the whole config.
if not workflow.config_settings.configfiles:

    configfile: "config.yaml"


# Name the image only where it is used (docs/containers.md): Snakemake records it as every job's software.
if DeploymentMethod.APPTAINER in workflow.deployment_settings.deployment_method:

    container: "containers/fmnist.sif"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/tables.smk"
include: "workflow/rules/classes.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/claims.smk"
include: "workflow/rules/report.smk"


onstart:
    # On a cluster the head node often has no GPU: there each job checks for itself.
    if NEEDS_CUDA and workflow.local_exec:
        stop_without_cuda()


onsuccess:
    # Only where the report was asked for, by itself or as a part of everything.
    if any(job.rule.name == "report" for job in workflow.dag.jobs):
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
