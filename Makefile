# Two commands always work on a fresh machine: make run, make test.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
.DEFAULT_GOAL := help

.PHONY: dashboards docs help setup run test test-slow check format bench bench-picture lock clean system

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z%-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## make .venv with the exact versions of constraints.txt

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "Python 3.11 to 3.13 is needed; name it: make PYTHON=python3.12 run"; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || $(MAKE) --no-print-directory packages WANTED="python3-venv"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/pip install --quiet --constraint constraints.txt --group dev --editable .
	$(BIN)/pip install --quiet --constraint constraints.txt --no-deps ipycam  # its desktop opencv needs libGL
	@touch $@

run: $(READY) ## start the daemon on a simulated site and print the address of its status page
	@exec $(BIN)/cctv demo

test: $(READY) system ## the whole test suite, but the slow ones
	$(BIN)/pytest -m "not slow" -n 3 --dist worksteal

test-slow: $(READY) system ## real servers and long runs
	sh tests/rt5/install.sh
	sh tests/redmine/install.sh
	$(BIN)/pytest -m slow

check: $(READY) ## format, lint, types, import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(READY) ## make the reference pages from the code
	$(BIN)/python -m monitor.cli.reference docs/reference

dashboards: $(READY) ## make the Grafana dashboards from their code
	$(BIN)/python -m deploy.grafana.generate

format: $(READY) ## put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY) system ## cost of a look, beside its peers, in one run
	$(BIN)/python -m benchmarks.look

bench-%: $(READY) system ## one of the other benchmarks: config fleet isapi metrics month onvif retention
	$(BIN)/python -m benchmarks.$*

bench-picture: $(READY) system ## what is found and what is falsely raised, beside its peers
	$(BIN)/python -m benchmarks.picture

lock: $(READY) ## renew constraints.txt from what is installed
	( head -n 1 constraints.txt; $(BIN)/pip freeze --exclude-editable | sort -f ) > constraints.new
	mv constraints.new constraints.txt

clean: ## remove what was built
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache dist

# What a test needs from Debian: installed when root, else the one line to run is printed.
WANTED = $(shell cat tests/system-packages.txt)
system:
	@$(MAKE) --no-print-directory packages

.PHONY: packages
packages:
	@missing=$$(for p in $(WANTED); do dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q '^install ok installed' || echo $$p; done); \
	[ -z "$$missing" ] && exit 0; \
	if [ "$$(id -u)" = 0 ]; then echo "installing" $$missing; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $$missing >/dev/null; \
	else echo "Debian packages are missing; run: sudo apt-get install --no-install-recommends" $$missing; exit 2; fi
