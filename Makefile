# One command per intent. Every target makes what it needs; nothing else has to be installed
# than Python 3.11 or newer and make.

.DEFAULT_GOAL := help
.PHONY: help install demo test test-all editor referee mutants check fix bench clean

VENV := .venv
BIN := $(VENV)/bin
# The first Python that is new enough; make PYTHON=… chooses another.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$name && break; done)
INSTALLED := $(VENV)/installed
# Many tests start processes, which start in half the time if Python may keep what it compiled.
unexport PYTHONDONTWRITEBYTECODE
# The one in the extension Cucumber of VS Code.
LANGUAGE_SERVER := @cucumber/language-server@1.7.0

help:  ## List what there is to do
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 12

install: $(INSTALLED)  ## Make .venv with everything for development; the command is .venv/bin/pbx

$(INSTALLED): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, or name it with make PYTHON=…"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) lacks venv: on Debian or Ubuntu, apt-get install python3-venv"; exit 1; }
	@echo "installing into $(VENV) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: $(INSTALLED)  ## Replay every call sequence against the reference server, and certify it
	@$(BIN)/pbx replay catalogue --reference
	@$(BIN)/pbx certify --reference --html certificate.html
	@echo "The certificate is certificate.html: open it in a browser."

# Coverage is measured by the tests of what must be covered alone: it doubles what a test costs.
COVERED := core wire scenario
test: $(INSTALLED)  ## Run the tests; the core, the wire and the scenarios must be covered
	@$(BIN)/python -m pytest --numprocesses=auto $(COVERED:%=tests/mockpbx/%) \
		$(COVERED:%=--cov=mockpbx.%) --cov-report=
	@$(BIN)/coverage report --skip-covered --fail-under=95
	@$(BIN)/python -m pytest --numprocesses=auto --durations=10 -m "not sweep" \
		$(COVERED:%=--ignore=tests/mockpbx/%)

test-all: $(INSTALLED)  ## Run the tests, and all cases and features on every correct endpoint
	@$(BIN)/python -m pytest --numprocesses=auto --durations=10

editor: $(INSTALLED)  ## Try all features in the Cucumber language server, as editors do; needs npm
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	npm install --global --prefix "$$folder" --ignore-scripts --silent $(LANGUAGE_SERVER) && \
	node --test-reporter=spec tests/harness/editor/check.js \
		"$$folder/bin/cucumber-language-server" $(BIN)/pbx

referee: $(INSTALLED)  ## Print which case catches which broken endpoint
	@$(BIN)/python tests/broken_endpoints/matrix.py

mutants: $(INSTALLED)  ## Change each decision of the reference server; the features must notice
	@$(BIN)/python -m tests.mutants.run -n 2

check: $(INSTALLED)  ## Lint, types, import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fix: $(INSTALLED)  ## Format, and fix what can be fixed automatically
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(INSTALLED)  ## Measure speed, as ratios against a peer in the same run; needs wrk
	@$(BIN)/python benchmarks/engine.py
	@$(BIN)/python benchmarks/reference_server.py

clean:  ## Remove what the other targets made
	@rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
