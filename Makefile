# Python 3.11 or newer (with venv) and make are the only prerequisites.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Sample files of other registers; tests that need them say so when they are absent.
export LEDGER_SAMPLES ?= ../shared/data
# pytest's own arguments, and how many workers share two cores: tests wait as much as they work.
WORKERS ?= 3
ARGS ?=
# Tests that together take every branch of the domain.
COVERING := tests/domain tests/catalogue tests/properties tests/api tests/intake/test_facts.py tests/intake/test_transcription.py

.DEFAULT_GOAL := help
.PHONY: catalogue coverage examples help demo test fast serve bench soak mutation lint format lock wheel clean

help: ## Show this list
	@grep -hE '^[a-z.]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z.]+):.*## /\1\t/' | expand -t 12

# `make .venv` builds the environment; it is rebuilt only when the lock or the package's declaration changes.
.PHONY: .venv
.venv: $(VENV)/.installed ## Build the environment with the package in it

$(VENV)/.installed: requirements.lock requirements-peers.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --require-hashes \
	  --no-deps --ignore-requires-python -r requirements-peers.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --no-build-isolation --editable .
	@touch $@

demo: .venv ## Tell the story on a ledger of its own, then keep serving when on a terminal
	$(BIN)/patent-ledger demo

# The tests start many programs, each of which finds its modules compiled by the one before.
test soak: export PYTHONDONTWRITEBYTECODE :=

test: .venv ## Run every test but benchmarks and long campaigns
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal $(ARGS)

fast: .venv ## Run the tests that need no database
	$(BIN)/python -m pytest -q tests/domain tests/architecture $(ARGS)

serve: .venv ## Serve the ledger on loopback
	$(BIN)/patent-ledger serve

bench: .venv ## Measure for minutes, as JSON lines (FULL=1: the whole synthetic year and logs of a million entries, half an hour)
	$(BIN)/python -m benchmarks

examples: .venv ## Record the examples of the OpenAPI document and of docs/problems anew
	RECORD_EXAMPLES=1 $(BIN)/python -m pytest -q tests/api/test_examples.py -k as_it_was_recorded $(ARGS)

soak: .venv ## Run the long campaigns, mutation testing last
	$(BIN)/python -m pytest -q -m soak $(ARGS)
	$(BIN)/python -m tests.mutation --jobs $(WORKERS)

mutation: .venv ## Change the rules in every small way; fail where tests miss 5 % of it (ARGS: file names)
	$(BIN)/python -m tests.mutation --jobs $(WORKERS) $(ARGS)

coverage: .venv ## Run the tests of the domain and fail unless every branch of it is taken
	$(BIN)/python -m coverage run -m pytest -q $(COVERING) $(ARGS)
	$(BIN)/python -m coverage report

catalogue: .venv ## Write what follows from the catalogue: Chinese texts, docs/rules.md, findings
	$(BIN)/python -m tests.catalogue.make

lint: .venv ## Check style, types and the arrows between modules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv ## Format the sources
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

wheel: .venv ## Build the wheel into dist/
	$(BIN)/python -m build --wheel --no-isolation

lock: ## Pin every package anew (needs pip-compile of pip-tools)
	pip-compile --quiet --extra dev --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	  --strip-extras --allow-unsafe --no-header --annotation-style line --output-file requirements.lock pyproject.toml
	sed -i '1i # Every package of the program and its tools, pinned with hashes. Made by `make lock` from pyproject.toml.' requirements.lock

clean: ## Remove what was built
	rm -rf $(VENV) dist build
