"""The whole workflow is in workflow/, where catalogs and other workflows look for it."""


include: "workflow/Snakefile"


# Snakemake ignores the default target of an included file.
workflow.default_target = "all"
