# Every target first installs what it needs. If nothing changed, this takes no time.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(BIN)/uv
READY  := $(VENV)/.ready
UV_VERSION := 0.13.9

.DEFAULT_GOAL := help
.PHONY: help setup run dev test e2e-knative e2e-openfaas fuzz test-faults lint audit sbom format check bench load bench-images lock images clean

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
	  || { echo "Stockcast needs Python 3.10 or newer. $(PYTHON) is older. Choose another with: make PYTHON=python3.12 ..."; exit 1; }
	@echo "Creating a virtual environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 \
	  || { echo "$(PYTHON) cannot make a virtual environment. On Debian, run apt-get install python3-venv."; exit 1; }
	@echo "Installing uv ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(READY): requirements-dev.txt pyproject.toml | $(UV)
	@echo "Installing the locked requirements ..."
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@

VENDOR := static/vendor/uplot.js
$(VENDOR): package.json package-lock.json local/vendor.py | $(READY)
	@echo "Installing the page's chart library ..."
	@$(BIN)/python local/vendor.py

setup: $(READY) $(VENDOR) ## install everything a checkout needs

# The lock files of the images: all images share the first, ingest and forecast share the second,
# and each of the others belongs to one image.
LOCKS := functions/common/requirements functions/common/requirements-prices local/broker/requirements \
  $(foreach function,web ingest forecast,functions/$(function)/requirements)

lock: $(UV) ## update all lock files (run it after you edit a requirements.in)
	$(UV) pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-header --output-file requirements-dev.txt requirements-dev.in
	$(UV) pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-header \
	  --constraints requirements-dev.txt --output-file requirements-yahoo.txt requirements-yahoo.in
	$(UV) pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-header \
	  --constraints requirements-dev.txt --output-file requirements-page.txt requirements-page.in
	$(UV) pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-header \
	  --no-deps --output-file bench/shipped/requirements.txt bench/shipped/requirements.in
	$(UV) pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-header \
	  --constraints requirements-dev.txt --output-file bench/peers/requirements.txt bench/peers/requirements.in
	for lock in $(LOCKS); do \
	  $(UV) pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-header \
	    --constraints requirements-dev.txt --output-file $$lock.txt $$lock.in || exit 1; \
	done

YAHOO_READY := $(VENV)/.yahoo-ready
run: $(READY) $(VENDOR) $(if $(findstring yahoo,$(PROVIDERS)),$(YAHOO_READY)) ## start everything on this machine and print the URL of the page
	@$(BIN)/stockcast up

dev: $(READY) $(VENDOR) ## like run, and restart a function when its code changes
	@$(BIN)/stockcast up --reload

$(YAHOO_READY): requirements-yahoo.txt $(READY)
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-yahoo.txt
	@touch $@

test: $(YAHOO_READY) $(VENDOR) ## run all tests and report the coverage of functions/
	@COVERAGE_CORE=$$($(BIN)/python -c 'import sys; print("ctrace" if sys.version_info < (3, 12) else "sysmon")') \
	  $(BIN)/python -m pytest --numprocesses 2 --dist loadscope --cov=functions --cov-report=term

fuzz: $(YAHOO_READY) ## try FUZZ_CASES (3000) random inputs on each parser
	@$(BIN)/python -m pytest tests/fuzz --hypothesis-profile fuzz --timeout 3600

test-faults: $(READY) $(VENDOR) ## break each part of Stockcast while it answers requests (25 minutes)
	@$(BIN)/python -m pytest tests/faults --all-faults

e2e-knative: $(READY) ## run the end-to-end tests on the cluster that KUBECONFIG names
	@PATH="$$PATH:$(CURDIR)/$(BIN)" tests/e2e/on-knative.sh

e2e-openfaas: $(READY) ## run the end-to-end tests on the OpenFaaS at GATEWAY
	@GATEWAY="$(GATEWAY)" tests/e2e/on-openfaas.sh

lint: $(READY) ## check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/bandit -q -ll -ii -r functions local cli evaluation

audit: $(READY) ## check the locked versions for published security advisories
	@$(BIN)/python -m local.audit

sbom: $(READY) ## write a CycloneDX bill of materials for each function to sbom/
	@$(BIN)/python -m local.sbom

format: $(READY) ## format the code and fix what ruff can fix
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format .

check: lint test ## everything that CI checks

# In a folder of their own, because Stockcast's packages import some of these if they find them.
PEERS := $(VENV)/peers
$(PEERS)/.ready: bench/peers/requirements.txt $(READY)
	@echo "Installing the packages to compare with ..."
	@rm -rf $(PEERS)
	@$(UV) pip install --quiet --python $(BIN)/python --target $(PEERS) --require-hashes -r bench/peers/requirements.txt
	@touch $@

bench: $(PEERS)/.ready ## compare Stockcast with its alternatives and write docs/performance.md
	@$(BIN)/python -m bench.run $(ARGS)

load: $(READY) ## send twice the load it can carry for two minutes and write docs/performance.md
	@$(BIN)/python -m bench.load $(ARGS)

bench-images: $(READY) ## measure the images (as root on Linux, with buildah)
	@$(BIN)/python -m bench.size.images

# The first of these tools that answers. buildah keeps shared layers only with --layers.
BUILDER      ?= $(shell for tool in docker podman buildah; do $$tool info >/dev/null 2>&1 && echo $$tool && break; done)
BUILD_FLAGS  ?=
BASE_IMAGE   ?= python:3.12-slim
IMAGE_PREFIX ?= stockcast-
REVISION     := $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)
TAG          ?= $(REVISION)

images: ## build the images stockcast-web:TAG and so on with docker, podman or buildah
	@[ -n "$(BUILDER)" ] || { echo "None of docker, podman and buildah answers. Install or start one of them."; exit 1; }
	@for function in web ingest forecast broker; do \
	  echo "Building $(IMAGE_PREFIX)$$function:$(TAG) ..."; \
	  DOCKER_BUILDKIT=1 $(BUILDER) build --tag $(IMAGE_PREFIX)$$function:$(TAG) \
	    --build-arg FUNCTION=$$function --build-arg BASE_IMAGE=$(BASE_IMAGE) \
	    --build-arg VERSION=$(TAG) --build-arg REVISION=$(REVISION) \
	    $(if $(findstring buildah,$(BUILDER)),--layers) $(BUILD_FLAGS) . || exit 1; \
	done

clean: ## remove everything that setup and runs created, including data
	rm -rf $(VENV) node_modules static/vendor sbom .stockcast .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
