# make demo: run it.  make test: everything.  make help: the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
# What a step that failed may have lacked: each needs less than this. True when it says so.
ROOM_MB := 500
NO_ROOM = { df -Pk . "$${TMPDIR:-/tmp}" | awk 'NR > 1 && $$4 < $(ROOM_MB) * 1000 { full = 1 } END { exit !full }' \
	&& echo "The disk is full: less than $(ROOM_MB) MB are free in $(CURDIR) or $${TMPDIR:-/tmp}. Free some space, then run make again." >&2; }

.PHONY: help demo test quick lint types bench pin catalogues clean
.DEFAULT_GOAL := help

help: ## What can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "make %-11s %s\n", $$1, $$2}'

demo: $(VENV)/run.stamp catalogues ## Run the demo on 127.0.0.1:PORT (default 8000) until Ctrl-C
	@exec $(BIN)/python -m deconflict.demo --port '$(PORT)'

test: $(VENV)/dev.stamp catalogues ## Lint, types, all tests on both databases, browser
	@BIN=$(BIN) sh tests/run.sh

quick: $(VENV)/dev.stamp catalogues ## The tests that need no server, in seconds
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not gammu" tests/domain tests/schemas tests/channels tests/guards

lint: $(VENV)/dev.stamp ## Style of code and templates
	@$(BIN)/ruff check --no-cache . && $(BIN)/ruff format --no-cache --check . && $(BIN)/djlint --lint --quiet templates/

types: $(VENV)/dev.stamp ## mypy
	@$(BIN)/mypy

bench: $(VENV)/dev.stamp catalogues ## Measure, in under twelve minutes; BENCH_PARTS=100000 for less; writes var/bench.json
	@$(BIN)/python -m tests.bench

pin: $(VENV)/dev.stamp ## Pin again from requirements*.in, with hashes
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --upgrade requirements.in -o requirements.txt
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --upgrade requirements-dev.in -o requirements-dev.txt

catalogues: $(VENV)/run.stamp ## French, and the compressed files beside those of deconflict/static
	@$(BIN)/python -m deconflict.translations
	@$(BIN)/python -m whitenoise.compress --quiet deconflict/static

clean: ## Remove what was made here: the virtual environment and var/
	rm -rf $(VENV) var

$(VENV)/made.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
		|| { echo "Python 3.11, 3.12 or 3.13 is needed ($$($(PYTHON) --version 2>&1) found); say which with: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
		|| { echo "Python's venv module is missing. Install it: apt install python3-venv" >&2; exit 1; }
	@echo "Making the virtual environment ($(VENV))"
	@said=$$($(PYTHON) -m venv $(VENV) 2>&1) || { $(NO_ROOM) || echo "$$said" >&2; exit 1; }
	@touch $@

$(VENV)/run.stamp: $(VENV)/made.stamp requirements.txt
	@echo "Installing the pinned packages (half a minute)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt || { $(NO_ROOM); exit 1; }
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements-dev.txt
	@echo "Installing the pinned packages for tests (a minute)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt || { $(NO_ROOM); exit 1; }
	@touch $@
