# `make` alone lists what there is. Everything runs inside .venv, which the first target to need it makes.

PORT ?= 8000
PYTHON ?= python3 python3.13 python3.12 python3.11
BIN := .venv/bin
export NO_MKDOCS_2_WARNING = 1

.PHONY: help serve build test check validate bench audit lock clean

help: ## List the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

serve: .venv/installed ## Run what has no record, build both languages, serve them with live reload (PORT=8000)
	@$(BIN)/mkdocs serve --dev-addr 127.0.0.1:$(PORT)

build: .venv/installed ## The whole site into site/; any warning fails it and publishes nothing
	@$(BIN)/mkdocs build --quiet

test: .venv/installed ## All tests (REQUIRE_BROWSER=1, REQUIRE_JAVA=1: without a browser, without Java they fail)
	@$(BIN)/pytest

check: .venv/installed ## Lint, format, types and spelling
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/codespell

validate: .venv/installed ## The HTML of every page, by the Nu checker (needs Java and npm; part of the tests)
	@REQUIRE_JAVA=1 $(BIN)/pytest --quiet tests/browser/test_validity.py

bench: .venv/installed ## Time cold build, rebuild, edits and memory; print each figure
	@$(BIN)/python tests/bench.py

audit: .venv/installed ## Lighthouse's marks for the site on a phone (needs Node and Chromium)
	@$(BIN)/python tests/audit.py

lock: ## Write requirements.txt anew from pyproject.toml (needs uv)
	@uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-header --output-file requirements.txt

clean: ## Remove the site, the records and the caches; .venv stays
	@rm -rf site .cache .mypy_cache .pytest_cache .ruff_cache

# The stamp is younger than the lock file only when all of it is installed.
.venv/installed: requirements.txt
	@for python in $(PYTHON); do \
	  if $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then \
	    echo "Installing the locked requirements into .venv ($$($$python --version)); this takes a few minutes"; \
	    $$python -m venv --clear .venv \
	      && $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt \
	      && touch $@; exit $$?; \
	  fi; \
	done; echo "Python 3.11, 3.12 or 3.13 is needed, with its venv module; none is on the PATH." >&2; exit 1
