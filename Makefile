# Two commands: `make run` opens the lab, `make test` checks it. Both make .venv when it is missing.
# PYTHON chooses the interpreter, GPU, LOCKED and INSTALLER what is installed by what (scripts/install.py),
# HOST and PORT where the lab listens, WORKERS how many tests run at a time (each worker has a lab of
# its own: 3 GB).

PYTHON ?= python3
WORKERS ?= 2
BIN := .venv/bin
INSTALL := $(BIN)/python scripts/install.py

# A stamp carries its requirements' checksum, so that an install is repeated when they change, and
# only then (a checkout changes the files' times without changing them).
RUN_STAMP := .venv/run-$(shell cat pre-requirements.txt requirements.txt | cksum | cut -d ' ' -f 1)
DEV_STAMP := .venv/dev-$(shell cat *requirements*.txt | cksum | cut -d ' ' -f 1)

.PHONY: run test coverage lock browser lint clean

run: $(RUN_STAMP)
	@$(BIN)/python app.py

test: $(DEV_STAMP) browser lint
	$(BIN)/python -m pytest -m "" -n $(WORKERS) --dist worksteal

coverage: $(DEV_STAMP)
	$(BIN)/python -m pytest -n $(WORKERS) --cov

lock:  # by uv
	(echo "# What the requirements need in all, in exact versions, on any system: made by \`make lock\`."; \
	uv pip compile -q --universal --python-version 3.11 --no-annotate --no-header requirements-dev.txt) > requirements.new
	@mv requirements.new requirements.lock

browser:
	@sh scripts/install_browser.sh

lint: $(DEV_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python scripts/lint_views.py

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("The lab needs Python 3.11 or newer.")'
	$(PYTHON) -m venv .venv

$(RUN_STAMP): | $(BIN)/python
	@echo "Installing requirements.txt into .venv (once; some minutes)"
	$(INSTALL) requirements.txt
	@touch $@

$(DEV_STAMP): | $(BIN)/python
	@echo "Installing requirements-dev.txt into .venv (once; some minutes)"
	$(INSTALL) requirements-dev.txt
	@touch $@ $(RUN_STAMP)

clean:
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .hypothesis .coverage scripts/lint/node_modules
