# Set-up is part of every target: a virtual environment from the lock, nothing else by hand.
#
#   make demo    the main job end to end on a fictitious city, with a summary that checks itself
#   make serve   web, workers, scheduler and platform simulator with demo data, until Ctrl-C
#   make test    all tests            make lint    every linter, type and import check
#   make bench   the ratios           make lock    resolve the locked versions anew

VENV ?= .venv
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
RUN := $(VENV)/bin/python
POPULATION ?= 20000
PORT ?= 8000
SIZE ?= 200000
ONLY ?=
# STEPS=1: bench shows the seconds of each step and of each long statement, too.
STEPS ?=
PYTEST_OPTIONS ?= -n 2

.PHONY: setup demo serve test bench lint lock

setup: $(VENV)/installed
	@$(RUN) -m sapporo_base.environment

$(VENV)/installed: .ci/requirements.lock
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed (python3 was not found or is older)."; exit 2; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv $(VENV) || { echo "The venv module is missing: on Debian, apt-get install python3-venv."; exit 2; }
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r .ci/requirements.lock
	@touch $@

demo: setup
	@$(RUN) manage.py database start
	@$(RUN) manage.py run_demo --population $(POPULATION)

serve: setup
	@$(RUN) manage.py database start
	@$(RUN) manage.py serve --port $(PORT)

test: setup
	$(RUN) -m pytest $(PYTEST_OPTIONS)

bench: setup
	@$(RUN) manage.py database start
	@$(RUN) manage.py bench --size $(SIZE) $(if $(ONLY),--only $(ONLY)) $(if $(STEPS),--verbosity 2)

lint: setup
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	$(VENV)/bin/lint-imports
	$(RUN) -m mypy .
	$(RUN) -m djlint templates --check --lint --quiet
	$(VENV)/bin/deptry .
	$(RUN) manage.py database start
	.ci/check-deploy $(RUN)
	$(RUN) manage.py makemigrations --check --dry-run

lock: setup
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
		--fork-strategy fewest --generate-hashes --no-emit-index-url --no-header --quiet \
		--upgrade --output-file .ci/requirements.lock
