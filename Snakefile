"""The whole workflow is in workflow/, where catalogs and other workflows look for it."""


include: "workflow/Snakefile"
