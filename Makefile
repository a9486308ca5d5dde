# `make demo` shows it working, `make test` tests it; both install what they need into .venv first.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PRET   := $(VENV)/.pret
.DEFAULT_GOAL := help

.PHONY: help
help:  ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(PRET): requirements-dev.lock setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; choose one: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.PHONY: install
install: $(PRET)  ## Make the virtual environment (.venv) with locked versions

.PHONY: demo
demo: $(PRET)  ## Deposit a signalisation on a fresh store and stay up; ARGS=--once to end by itself
	$(BIN)/esav demo $(ARGS)

.PHONY: check
check: $(PRET)  ## Formatting, lint, types, floors, generated files
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports > $(VENV)/lint-imports.log || { cat $(VENV)/lint-imports.log; exit 1; }
	$(BIN)/esav catalogue build --check
	$(BIN)/python docs/generer.py --check

.PHONY: test
test: check  ## All checks and tests; what needs PostgreSQL or Chromium is skipped where they are missing
	$(BIN)/python -m pytest -n $(or $(JOBS),2) $(ARGS)

.PHONY: coverage
coverage: check  ## The tests with branch coverage, servers and helpers included
	$(BIN)/coverage erase
	COVERAGE_PROCESS_START=$(CURDIR)/setup.cfg $(BIN)/coverage run -m pytest $(ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

INTEROP := .venv-interop
.PHONY: interop-outils
interop-outils: $(INTEROP)/.pret
$(INTEROP)/.pret: tests/interop/requirements.txt tests/interop/package-lock.json
	$(PYTHON) -m venv $(INTEROP)
	$(INTEROP)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/interop/requirements.txt
	cp tests/interop/package.json tests/interop/package-lock.json $(INTEROP)
	npm ci --prefix $(INTEROP) --silent --no-audit --no-fund
	@touch $@

.PHONY: interop
interop: $(PRET) $(INTEROP)/.pret  ## The SOAP clients of docs/interop.md, each through a whole scenario (their Debian packages: .ci/run)
	ESAV_TESTS_LONGS=1 ESAV_TESTS_TOUT=1 $(BIN)/python -m pytest tests/interop -n $(or $(JOBS),2) $(ARGS)
	$(BIN)/python -m tests.interop.tableau --versions

.PHONY: fuzz
fuzz: $(PRET)  ## Nonsense for the message path, the pack reader and a real server; ARGS="message --duree 3600", ARGS=--help
	$(BIN)/python -m tests.fuzz $(ARGS)

.PHONY: bench
bench: $(PRET)  ## Deposits per second next to the floor and to plain services, as ratios
	$(BIN)/python -m bench $(ARGS)

.PHONY: build
build: $(PRET)  ## Generate wsdl/ and html_mockups/ from the catalogue
	$(BIN)/esav catalogue build

.PHONY: contrat
contrat: $(PRET)  ## Record what was added to the services of this WS version; refuses what would stop a client
	$(BIN)/python -m tests.contrat.stabilite --enregistrer

.PHONY: docs
docs: $(PRET)  ## Write the generated parts of the documentation
	$(BIN)/python docs/generer.py

.PHONY: format
format: $(PRET)  ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: lock
lock: $(PRET)  ## Lock the newest allowed versions, for every supported Python
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade \
		setup.cfg requirements-dev.in -o requirements-dev.lock

.PHONY: clean
clean:  ## Remove the virtual environment and caches
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage* htmlcov
