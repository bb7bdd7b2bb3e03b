# Every target does its own set-up; it needs Python 3.11 or newer and make, nothing else.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
READY := .venv/.installed
WORKERS ?= 2

# Where bytecode is forbidden, as in many containers, every start compiles all our files again.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help install demo test check format bench serve clean

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

install: $(READY) ## make .venv with .venv/bin/usage-ledger

# Installed again only when the project's metadata or the pinned versions change.
$(READY): pyproject.toml constraints.txt tests/documents/rules.txt tests/banking/rules.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; name it with make PYTHON=…" >&2; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv || { \
		echo "The venv module is needed (Debian: apt-get install python3-venv)." >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
		-r tests/documents/rules.txt -r tests/banking/rules.txt
	@touch $@

demo: $(READY) ## the whole flow on a made-up month, with an embedded PostgreSQL
	$(BIN)/usage-ledger demo

test: $(READY) ## all tests, against a real PostgreSQL
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -q

check: $(READY) ## format, lint, types, import floors, GraphQL schema, migration checksums
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/usage-ledger schema export --check
	cd migrations && sha256sum --check --strict --quiet checksums

format: $(READY) ## let ruff mend format and lint
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY) ## measure, side by side with peers
	$(BIN)/python benchmarks/run.py

serve: $(READY) ## the API on http://127.0.0.1:8080
	$(BIN)/usage-ledger serve

clean: ## remove .venv and caches; keeps .ledger, where your data is
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis dist build
