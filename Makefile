# Everything from a bare clone: each target makes the environment first, once.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

CORES ?= all
# How many seeds: make report SEEDS=5. A list of them goes into a config of your own.
SEEDS ?=
# Config files, later ones laid over earlier ones: make report CONFIG="config.yaml mine.yaml"
CONFIG ?=
# 1: also the experiments that the original did not run.
EXTENSIONS ?=
# 1: train nothing that is missing; report on the runs that are there, and name the others.
PARTIAL ?=
# A folder of committed runs, which are not trained again: make report REUSE=reference
# Without SEEDS, each run has the seeds that the folder holds of it.
REUSE ?=
# Anything else for Snakemake: make report ARGS="--resources gpu=1"
ARGS ?=
# cpu: PyTorch without CUDA, which is 4 GB smaller. The environment remembers it.
TORCH ?= $(shell cat $(VENV)/torch 2>/dev/null)

comma := ,
quoted = $(subst ','\'',$(1))
# $(call expect,NAME,pattern,example): stop with one sentence unless the value matches the pattern.
expect = $(if $($(1)),$(if $(shell printf '%s' '$(call quoted,$($(1)))' | grep -Ex '$(2)'),,$(error $(1) is '$($(1))'; expected $(3))))
$(call expect,SEEDS,[1-9][0-9]{0$(comma)4},a whole number$(comma) such as 5)
$(call expect,EXTENSIONS,[01],1 or 0)
$(call expect,PARTIAL,[01],1 or 0)
$(call expect,TORCH,cpu,cpu$(comma) or nothing for the build with CUDA)

# One line of progress instead of five lines a job: workflow/plugins.
WITH_PROGRESS := PYTHONPATH=workflow/plugins:. $(BIN)/snakemake --logger fmnist
SNAKEMAKE := $(WITH_PROGRESS) --cores $(CORES)
switch = $(if $($(1)),$(2)=$(subst 1,True,$($(1):0=False)))
VALUES = $(if $(SEEDS),seeds=$(SEEDS),$(if $(REUSE),seeds=reused)) $(call switch,EXTENSIONS,extensions) $(call switch,PARTIAL,partial) \
	$(if $(REUSE),'reuse=$(call quoted,$(REUSE))')
# Check config files first: Snakemake runs code that a YAML file holds, and names neither file nor line of a fault.
CHECK = $(if $(CONFIG),@$(BIN)/python -m fmnist.plan.yaml_files $(CONFIG))
# Of two --config Snakemake takes the last alone.
$(if $(and $(strip $(VALUES)),$(filter --config --config=% -C,$(ARGS))),$(error ARGS has --config beside SEEDS$(comma) EXTENSIONS$(comma) PARTIAL or REUSE; expected all of them in ARGS$(comma) such as seeds=5))
OPTIONS = $(if $(strip $(VALUES)),--config $(VALUES)) $(ARGS)
# After kill -9 Snakemake leaves a lock behind.
UNLOCK = || { ls .snakemake/locks/* >/dev/null 2>&1 && echo "If no other Snakemake works in this folder: make unlock"; exit 1; }

.DEFAULT_GOAL := help
.PHONY: help setup report quick workflow-report unlock compare claims settings evidence drawings reference lint test test-fast audit benchmark slurm test-slurm test-faults test-browser lock lock-check clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-15s %s\n", $$1, $$2}'

# Without --no-compile pip compiles 13,000 modules, of which a job imports a tenth.
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile
# The lock's versions from PyTorch's own index, which has other files; all else by hash, from the lock.
CPU_INDEX := https://download.pytorch.org/whl/cpu
define torch_for_cpus
@$(BIN)/python -c 'import urllib.request; urllib.request.urlopen("$(CPU_INDEX)/torch/", timeout=30)' 2>/dev/null \
	|| { echo "$(CPU_INDEX) cannot be reached, and TORCH=cpu needs it; expected make setup without TORCH." >&2; exit 1; }
$(INSTALL) --no-deps --index-url $(CPU_INDEX) $$(grep -oE '^torch(vision)?==[^ ;]+' requirements.lock)
@awk '/^[a-z]/ {keep = !/^(torch|torchvision|triton|cuda-|nvidia-)/} keep' requirements.lock > $(VENV)/requirements.lock
@echo cpu > $(VENV)/torch
endef

setup: $(READY) ## Make the environment: .venv with the locked versions; TORCH=cpu: PyTorch without CUDA
$(READY): requirements.lock pyproject.toml $(wildcard fmnist/training/native/*.cpp fmnist/training/native/*.h) fmnist/training/native/build.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make setup PYTHON=python3.11")'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "$(PYTHON) cannot make environments: install Debian's package python3-venv." >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	$(if $(TORCH),$(torch_for_cpus))
	$(INSTALL) --require-hashes -r $(if $(TORCH),$(VENV)/requirements.lock,requirements.lock)
	$(INSTALL) --no-deps --no-build-isolation --editable .
	$(BIN)/python -m fmnist.training.native.build
	@touch $@

report: $(READY) ## Train every run and make the report: results/report/index.html and report.pdf
	$(CHECK)
	@$(SNAKEMAKE) $(if $(CONFIG),--configfile $(CONFIG)) $(OPTIONS) $(UNLOCK)

quick: $(READY) ## The same report at small scale, in minutes, without network: results/quick/report
	$(CHECK)
	@$(SNAKEMAKE) --configfile config.yaml config.quick.yaml $(CONFIG) $(OPTIONS) $(UNLOCK)

# Snakemake makes this from what a finished run left behind, so no rule of the run can. Its own words for a missing file
# are hundreds of warnings.
workflow-report: $(READY) ## After make report, Snakemake's own report: rules, code, run times (results/report/workflow.html)
	$(CHECK)
	@mkdir -p results/report
	@$(BIN)/snakemake --quiet all --cores 1 $(if $(CONFIG),--configfile $(CONFIG)) $(OPTIONS) --report results/report/workflow.html 2>/dev/null \
		|| { echo "No workflow report: results are missing. Run make report with the same options first." >&2; exit 1; }
	@echo "Snakemake's report: results/report/workflow.html"

unlock: $(READY) ## Remove the lock that a killed Snakemake left behind
	$(BIN)/snakemake --unlock

compare: $(READY) ## Compare results/ with reference/, run by run
	$(BIN)/python -m fmnist.analysis.compare

claims: $(READY) ## Print the verdict on every claim of the original, on your results or else on reference/; trains nothing
	@$(BIN)/python -m fmnist.claims $(addprefix --config ,$(CONFIG)) $(ARGS)

settings: $(READY) ## Write docs/settings.md and the schema for editors from the declarations
	$(BIN)/python -m fmnist.plan.settings_page

evidence: $(READY) ## Write docs/evidence.md: the runs behind every claim of reference/, and their minutes
	$(BIN)/python -m fmnist.claims.evidence

drawings: $(READY) ## Draw the pipeline and the packages: docs/pipeline.svg and docs/packages.svg (needs Graphviz)
	$(BIN)/snakemake --rulegraph dot -- report | tred | dot -Tsvg -Grankdir=LR -o docs/pipeline.svg
	$(BIN)/python docs/packages.py | tred | dot -Tsvg -o docs/packages.svg

reference: ## Keep results/ as the new reference/ (for maintainers, after make report; then make evidence); LESS=1: also where it holds fewer runs
	@$(if $(LESS),,! cut -d, -f1,2 reference/runs.csv | grep -vxF "$$(cut -d, -f1,2 results/runs.csv)" >&2 \
		|| { echo "Nothing copied: reference/ holds the runs above, and results/ does not. Either make report REUSE=reference" \
		"with at least its SEEDS and EXTENSIONS, or make reference LESS=1." >&2; exit 1; })
	cp results/runs.csv results/loss.csv results/provenance.json reference/
	cp results/predictions.npz results/confusion.csv results/image_noise.csv reference/
	cp results/report/index.html results/report/report.pdf results/report/ko.html results/report/ko.pdf reference/
	cp results/figures/opening.svg reference/

# snakemake --lint, with its explained exceptions, is tests/workflow/test_snakefile.py.
lint: $(READY) ## Check style, types and the lock file
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check --compact-diff Snakefile workflow
	$(BIN)/mypy
	$(MAKE) lock-check

# One worker a core, each with one thread. A file stays on one worker: its fixtures run once.
PYTEST := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

test: lint ## Check style and types, then run all tests but those on Slurm (5 minutes on two cores)
	$(PYTEST) $(ARGS)

test-fast: $(READY) ## Run the tests that take no whole workflow and no report (a minute)
	$(PYTEST) -m "not slow" $(ARGS)

# A separate environment, so that the auditor is not part of what it audits.
audit: ## Look up known vulnerabilities of the locked versions (asks pypi.org)
	test -x .auditvenv/bin/python || $(PYTHON) -m venv .auditvenv
	@.auditvenv/bin/python -m pip install --quiet --disable-pip-version-check 'pip-audit==2.10.1' \
		|| { echo "Not audited: pip-audit 2.10.1 could not be installed; the package index must have it." >&2; exit 1; }
	@.auditvenv/bin/pip-audit --strict --disable-pip --require-hashes -r requirements.lock \
		|| { echo "Audit failed: a locked version has a known fault, or pypi.org did not answer (see above)." >&2; exit 1; }

# The other libraries have a separate environment.
benchmark: ## Measure training speed beside other libraries: benchmarks/speed.csv and speed.svg (half an hour)
	test -x .benchvenv/bin/python || $(PYTHON) -m venv .benchvenv
	.benchvenv/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	PYTHONPATH=. .benchvenv/bin/python benchmarks/speed.py $(ARGS)

# Without its plugin Snakemake answers the profile with 100 lines of usage.
slurm: $(READY) ## As make report, with the trainings as jobs of a Slurm cluster (docs/clusters.md)
	$(CHECK)
	@$(BIN)/python -c 'import snakemake_executor_plugin_slurm' 2>/dev/null \
		|| $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --editable '.[slurm]' \
		|| { echo "Snakemake's plugin for Slurm could not be installed; the package index must have it." >&2; exit 1; }
	@$(WITH_PROGRESS) --workflow-profile profiles/slurm $(if $(CONFIG),--configfile $(CONFIG)) $(OPTIONS) $(UNLOCK)

test-slurm: $(READY) ## Run the workflow on a real Slurm of this one machine (Debian, as root); ARGS=all: with groups and dead nodes
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --editable '.[slurm,cluster-generic]'
	$(BIN)/python tests/slurm/run.py $(ARGS)

test-faults: $(READY) ## Inject every fault of docs/faults.md and write its table (as root)
	$(BIN)/python tests/faults/run.py

# A separate environment: nothing else needs Playwright.
test-browser: ## Test the quick report's page in Chromium, or another (PAGE=results/report/index.html); KEEP=1 keeps its screens
	@PYTHON=$(PYTHON) tests/browser/setup.sh
	$(if $(PAGE),,@$(MAKE) quick ARGS=)
	@PAGE='$(call quoted,$(PAGE))' KEEP=$(KEEP) .browservenv/bin/pytest -c tests/browser/pytest.ini tests/browser $(ARGS)

lock: $(READY) ## Write requirements.lock from pyproject.toml, keeping what still fits
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
