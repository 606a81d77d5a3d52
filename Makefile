# Every target sets up what it needs; when nothing changed, that takes no time.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(BIN)/uv
READY  := $(VENV)/.ready
VENDOR := static/vendor/.ready
UV_VERSION := 0.13.9

.DEFAULT_GOAL := help
.PHONY: help setup run test test-faults lint format check bench lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
	  || { echo "Stockcast needs Python 3.10 or newer; $(PYTHON) is older. Choose another with: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 \
	  || { echo "$(PYTHON) cannot make a virtual environment (on Debian: apt-get install python3-venv)."; exit 1; }
	@echo "Installing uv ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(READY): requirements-dev.txt pyproject.toml | $(UV)
	@echo "Installing the locked requirements ..."
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps -e . 
	@touch $@

setup: $(READY) ## install everything a checkout needs

lock: $(UV) ## lock all requirements anew (after editing a requirements.in)
	$(UV) pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-header --output-file requirements-dev.txt requirements-dev.in
	for f in web ingest forecast; do \
	  $(UV) pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-header \
	    --constraints requirements-dev.txt --output-file functions/$$f/requirements.txt functions/$$f/requirements.in || exit 1; \
	done
