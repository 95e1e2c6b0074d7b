# Everything from a bare clone: each target makes the environment first, once.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

CORES ?= all
# How many seeds, or a list in a file of your own: make report SEEDS=5 CONFIG="config.yaml mine.yaml"
SEEDS ?=
CONFIG ?=
# 1: also the experiments that the original did not run.
EXTENSIONS ?=
# 1: train nothing that is missing; the report is of the runs that are there, and names the others.
PARTIAL ?=
# A folder of committed runs: what it holds is not trained again: make report REUSE=reference
REUSE ?=
# Anything else for Snakemake: make report ARGS="--resources gpu=1"
ARGS ?=

# --quiet rules: one line of progress a job, not ten lines of its inputs and outputs.
SNAKEMAKE := $(BIN)/snakemake --quiet rules --cores $(CORES)
VALUES = $(if $(SEEDS),seeds=$(SEEDS)) $(if $(EXTENSIONS),extensions=$(subst 1,True,$(EXTENSIONS:0=False))) \
	$(if $(PARTIAL),partial=$(subst 1,True,$(PARTIAL:0=False))) $(if $(REUSE),reuse=$(REUSE))
# Snakemake's own message for a broken file names neither the file nor the line.
CHECK = $(if $(CONFIG),@$(BIN)/python -m fmnist.plan.yaml_files $(CONFIG))
OPTIONS = $(if $(CONFIG),--configfile $(CONFIG)) $(if $(SEEDS)$(EXTENSIONS)$(PARTIAL)$(REUSE),--config $(VALUES)) $(ARGS)
QUICK := --configfile config.yaml config.quick.yaml

.DEFAULT_GOAL := help
.PHONY: help setup report quick compare claims reference lint test audit benchmark slurm test-slurm test-faults lock lock-check clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-12s %s\n", $$1, $$2}'

setup: $(READY) ## Make the environment: .venv with the locked versions
$(READY): requirements.lock pyproject.toml $(wildcard fmnist/training/native/*.cpp fmnist/training/native/*.h) fmnist/training/native/build.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make setup PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -m fmnist.training.native.build
	@touch $@

report: $(READY) ## Train every run and make the report: results/report/index.html and report.pdf
	$(CHECK)
	$(SNAKEMAKE) $(OPTIONS)

quick: $(READY) ## The same report at small scale, in minutes, without network: results/quick/report
	$(SNAKEMAKE) $(QUICK) $(ARGS)

compare: $(READY) ## Hold your results against reference/, run by run
	$(CHECK)
	$(SNAKEMAKE) compare $(OPTIONS)

claims: $(READY) ## Print the verdict on every claim of the original
	$(CHECK)
	$(SNAKEMAKE) claims $(OPTIONS)

reference: ## Keep results/ as the new reference/ (for maintainers, after make report); LESS=1: also where it holds fewer runs
	@$(if $(LESS),,! cut -d, -f1,2 reference/runs.csv | grep -vxF "$$(cut -d, -f1,2 results/runs.csv)" >&2 \
		|| { echo "Nothing copied: reference/ holds the runs above, and results/ does not. Either make report REUSE=reference" \
		"with at least its SEEDS and EXTENSIONS, or make reference LESS=1." >&2; exit 1; })
	cp results/runs.csv results/loss.csv results/provenance.json reference/
	cp results/predictions.npz results/confusion.csv results/image_noise.csv reference/
	cp results/report/index.html results/report/report.pdf reference/
	cp results/figures/reported_vs_replicated.svg reference/

# snakemake --lint, with its explained exceptions, is tests/test_lint.py.
lint: $(READY) ## Check style, types and the lock file
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check --compact-diff Snakefile workflow
	$(BIN)/mypy
	$(MAKE) lock-check

test: lint ## Check everything, then run all tests, the whole workflow among them
	$(BIN)/pytest $(ARGS)

# In an environment of its own, so that the auditor is no part of what it audits.
audit: ## Look up known vulnerabilities of the locked versions (asks pypi.org)
	test -x .auditvenv/bin/python || $(PYTHON) -m venv .auditvenv
	@.auditvenv/bin/python -m pip install --quiet --disable-pip-version-check 'pip-audit==2.10.1' \
		|| { echo "Not audited: pip-audit 2.10.1 could not be installed; the package index must have it." >&2; exit 1; }
	@.auditvenv/bin/pip-audit --strict --disable-pip --require-hashes -r requirements.lock \
		|| { echo "Audit failed: a locked version has a known fault, or pypi.org did not answer (see above)." >&2; exit 1; }

# The peers it compares with lie in an environment of their own.
benchmark: ## Measure training speed beside other libraries: benchmarks/speed.csv and speed.svg (half an hour)
	test -x .benchvenv/bin/python || $(PYTHON) -m venv .benchvenv
	.benchvenv/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	PYTHONPATH=. .benchvenv/bin/python benchmarks/speed.py $(ARGS)

slurm: $(READY) ## Add Snakemake's plugin for Slurm to the environment (docs/clusters.md)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --editable '.[slurm]'

test-slurm: $(READY) ## Run the workflow on a real Slurm of this one machine; Debian, as root
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --editable '.[slurm,cluster-generic]'
	$(BIN)/python tests/slurm/run.py

test-faults: $(READY) ## Inject every fault of docs/faults.md and write its table anew (what mounts, as root)
	$(BIN)/python tests/faults/run.py

lock: $(READY) ## Write requirements.lock anew from pyproject.toml, keeping what still fits
	$(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --extra dev \
		--no-header --output-file requirements.lock pyproject.toml

lock-check: $(READY) ## Fail where requirements.lock no longer fits pyproject.toml
	@cp requirements.lock $(VENV)/requirements.lock
	@$(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --extra dev \
		--no-header --output-file $(VENV)/requirements.lock pyproject.toml
	@diff requirements.lock $(VENV)/requirements.lock \
		|| { echo "requirements.lock does not fit pyproject.toml: run make lock." >&2; exit 1; }

clean: ## Delete the environment, not the results
	rm -rf $(VENV)
