# Tunebook in two commands: `make lab` opens the quickstart, `make test` checks everything.
# A machine needs Python 3.11 or newer and make; everything else is fetched into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
MODEL ?= smollm2-135m-instruct
NOTEBOOK ?= notebooks/00_quickstart.ipynb
ARGS ?=
# The torch that `make pins` builds on; the newest that was tested on CPUs and GPUs.
TORCH ?= 2.13.0

# Node from .venv before one that the machine may have, which can be too old.
WITH_NODE := PATH="$(CURDIR)/$(BIN):$$PATH"
JLPM := cd labextension && $(WITH_NODE) jlpm

# Jupyter refuses to run as root, which is what people are in containers, unless told that it is meant.
ALLOW_ROOT := $(shell [ "$$(id -u)" = 0 ] && echo --allow-root)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help env model labextension lab app test check format pins clean

help: ## Show this list
	@echo "Tunebook: make <target> [ARGS=\"...\"]"
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo "  ARGS go on to the program, as in: make lab ARGS=\"--no-browser --port 9999\""

env: $(STAMP) ## Create .venv and install everything into it, in the tested versions

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Tunebook needs Python 3.11 or newer, but '$(PYTHON)' is: $$($(PYTHON) --version 2>&1)."; \
	  echo "Install one and name it: make env PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
	  echo "'$(PYTHON) -m venv' failed. On Debian and Ubuntu, install the package python3-venv and try again."; \
	  rm -rf $(VENV); exit 1; }
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25'
	$(BIN)/python -m pip install -c constraints.txt -e '.[dev]'
	@touch $@

model: env ## Get the default model (quick when it is already there)
	@$(BIN)/tunebook models get $(MODEL)

# Node and jlpm come from PyPI into .venv; what is up to date is not built again.
labextension: env ## Build the JupyterLab extension (quick when it is up to date)
	@$(WITH_NODE) $(BIN)/python labextension/build.py --link

lab: env labextension model ## Open the quickstart in JupyterLab
	$(BIN)/jupyter lab $(NOTEBOOK) $(ALLOW_ROOT) $(ARGS)

app: env model ## Serve the notebooks as apps, behind a gallery
	$(BIN)/tunebook app $(ARGS)

test: env labextension model ## Run all tests
	$(JLPM) test
	$(BIN)/python -m pytest $(ARGS)

check: env labextension ## Check format, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(JLPM) check

format: env labextension ## Format the code and fix what lint can fix
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(JLPM) format

# Resolves anew, without the old pins, in an environment of its own. Left out: this project, GPU libraries (torch pins
# its own), and "+cpu" and the like, so that every machine may take the torch that fits it. Run the tests afterwards.
pins: ## Write constraints.txt anew: the newest versions that pyproject.toml allows
	rm -rf build/pins
	$(PYTHON) -m venv build/pins
	build/pins/bin/python -m pip install --quiet --upgrade 'pip>=25'
	build/pins/bin/python -m pip install 'torch==$(TORCH)' -e '.[dev]'
	@{ echo "# The versions that were tested together, for: pip install -c constraints.txt -e '.[dev]'"; \
	   echo "# Written by: make pins"; \
	   build/pins/bin/python -m pip freeze --all --exclude-editable \
	   | grep -Ev '^(nvidia-.*-cu[0-9]+|nvidia-(cu|nccl|nvshmem|nvtx|nvjit).*|cuda-.*|triton|pip|wheel)==' \
	   | sed -E -e 's/^([^+]*)\+[a-z0-9.]+$$/\1/' \
	     -e 's/^(pexpect|ptyprocess)==.*/& ; sys_platform != "win32"/' \
	   ; } > constraints.txt.new
	mv constraints.txt.new constraints.txt
	rm -rf build/pins

clean: ## Remove .venv, caches and built things (runs and models stay)
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache
	rm -rf kit/labextension labextension/lib labextension/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
