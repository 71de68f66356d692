# `make` alone lists what there is. Everything runs inside .venv, which the first target to need it makes; the tools of the
# tests come into it with the first target to need them.

PORT ?= 8000
PYTHON ?= python3 python3.13 python3.12 python3.11
BIN := .venv/bin
ZENSICAL ?= $(BIN)/zensical
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header $(NEWEST)
# Two processes of pytest; the tests of a file stay together, since they share what was made for them.
SIDE_BY_SIDE := -n 2 --dist loadfile --no-loadscope-reorder
# At each start Material says that it ends on 5 May 2027; CONTRIBUTING.md says what is done then ("When Material ends"), and `make
# test` does it, so nobody has to be told with every build. Here and nowhere else; tests/conftest.py reads this line.
export NO_MKDOCS_2_WARNING = 1

# The TensorFlow that .venv has stays, unless TENSORFLOW names the other one: then .venv is made anew.
PRESENT := $(shell sed -nE 's/^(tensorflow|tensorflow-cpu)==.*/\1/p' .venv/requirements.txt 2>/dev/null)
TENSORFLOW ?= $(or $(PRESENT),tensorflow)
CHOICE := tensorflow $(if $(findstring Linux x86_64,$(shell uname -sm)),tensorflow-cpu)
ifneq ($(words $(filter $(CHOICE),$(TENSORFLOW))),1)
$(error TENSORFLOW can be, on this machine: $(CHOICE))
endif
ifneq ($(TENSORFLOW),$(PRESENT))
.PHONY: .venv/installed
endif

# LIGHT=1: records are there or taken (FROM), so .venv needs nothing that programs import. A whole .venv serves as well.
SITE := $(if $(LIGHT),$(or $(wildcard .venv/installed),.venv/light),.venv/installed)

.PHONY: help records serve build markdown zensical test quick mutants check validate bench audit lock upgrade clean

help: ## List the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

records: $(SITE) ## Bring the records up to date (PART=2/4, ON=scheduler, FROM=site or folder, TO=file, NO_RUNS=1)
	@PYTHONPATH=overrides/hooks $(BIN)/python -m records

serve: $(SITE) $(if $(FROM),records) ## Run what has no record, build both languages, serve them with live reload (PORT=8000; LIGHT=1, FROM)
	@$(BIN)/mkdocs serve --dev-addr 127.0.0.1:$(PORT)

build: $(SITE) $(if $(FROM),records) ## The whole site into site/; any warning fails it and publishes nothing (LIGHT=1, FROM)
	@$(BIN)/mkdocs build --quiet

markdown: $(SITE) $(if $(FROM),records) ## The chapters of all languages as plain Markdown, for another generator (TO=markdown)
	@PYTHONPATH=overrides/hooks $(BIN)/python -m copies $(or $(TO),markdown)

zensical: .venv/installed-tests markdown ## The site of all languages, made from that by Material's successor, in markdown/site (ZENSICAL=its command)
	@for one in mkdocs.yml $$(cd markdown && ls mkdocs.*.yml); do (cd markdown && $(abspath $(ZENSICAL)) build --strict --config-file $$one) || exit 1; done

test: .venv/installed-tests ## All tests (REQUIRE_BROWSER=1, REQUIRE_JAVA=1: without each of three browsers, without Java they fail)
	@$(BIN)/pytest $(SIDE_BY_SIDE)

quick: .venv/installed-tests ## While editing: the tests that need no browser, no whole build and no mutation
	@$(BIN)/pytest $(SIDE_BY_SIDE) --quick

mutants: .venv/installed-tests records ## Whether the tests notice: 300 changes of the build code, one at a time (COUNT=300, ONLY=chapters/values.py)
	@$(BIN)/python tests/mutants.py $(if $(COUNT),--count $(COUNT)) $(if $(ONLY),--only $(ONLY))

check: .venv/installed-tests ## Lint, format, types, spelling and who may import whom
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/codespell \
	  && PYTHONPATH=overrides/hooks $(BIN)/lint-imports --no-cache --no-logo

validate: .venv/installed-tests ## The HTML of every page, by the Nu checker (needs Java and npm; part of the tests)
	@REQUIRE_JAVA=1 $(BIN)/pytest --quiet tests/browser/test_validity.py

bench: .venv/installed-tests ## Time cold build, rebuild, edits and memory; print each figure
	@$(BIN)/python tests/bench.py

audit: .venv/installed-tests ## Lighthouse's marks for the site on a phone (needs Node and Chromium)
	@$(BIN)/python tests/audit.py

lock: ## Write the locks anew from pyproject.toml, at the versions they have (needs uv)
	@$(LOCK) pyproject.toml --group programs --output-file requirements.txt
	@$(LOCK) pyproject.toml --constraints requirements.txt --output-file requirements-light.txt
	@$(LOCK) --group test --constraints requirements.txt --output-file requirements-test.txt
	@sed -n 's/^tensorflow==\([^ ]*\).*/tensorflow-cpu==\1/p' requirements.txt \
	  | $(LOCK) - --no-deps --output-file requirements-tensorflow-cpu.txt

upgrade: .venv/installed-tests ## Install the newest versions, run everything, print what they change (needs uv)
	@$(BIN)/python tests/upgrade.py note
	@$(MAKE) --no-print-directory lock NEWEST=--upgrade
	@$(MAKE) --no-print-directory .venv/installed-tests
	@$(BIN)/python tests/upgrade.py compare

clean: ## Remove the site, the records and the caches; .venv stays
	@rm -rf site markdown .cache .mypy_cache .pytest_cache .ruff_cache

# Each stamp is there only when all of its installation is. What an interruption leaves of the site's packages goes with its
# .venv; what it leaves of the tests' tools is overwritten the next time.
.venv/installed: WHAT = what the site needs, with $(TENSORFLOW),
.venv/installed: SIZE = up to 0.8 GB, about 2 minutes
.venv/installed: requirements.txt requirements-tensorflow-cpu.txt
.venv/light: WHAT = what pages need, and no program,
.venv/light: SIZE = 75 MB, a minute or two
.venv/light: requirements-light.txt
.venv/installed .venv/light:
	@for python in $(PYTHON); do \
	  if $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then \
	    echo "Installing $(WHAT) into .venv ($$($$python --version)): $(SIZE) on a fast line; nothing is printed meanwhile"; \
	    $$python -m venv --clear .venv \
	      && sed '/^$(filter-out $(TENSORFLOW),tensorflow tensorflow-cpu)==/,/# via/d' $^ >.venv/requirements.txt \
	      && $(PIP) -r .venv/requirements.txt && touch $@; exit $$?; \
	  fi; \
	done; echo "Python 3.11, 3.12 or 3.13 is needed, with its venv module; none is on the PATH." >&2; exit 1

.venv/installed-tests: requirements-test.txt .venv/installed
	@echo "Installing the tools of the tests into .venv: 0.2 GB, less than a minute on a fast line"
	@touch .venv/begun
	@$(PIP) $(if $(wildcard .venv/begun),--ignore-installed) -r requirements-test.txt
	@mv .venv/begun $@
