# The one door. `make` alone lists what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed
BENCH_READY := $(VENV)/.bench-installed
CLIENTS_READY := $(VENV)/.clients-installed
SERVICES := registry projects funds gateway
WORKERS ?= 2

.PHONY: help run test test-nightly check fix migrate revision openapi api-changes clients examples lock secrets demonstration divisions rotate-keys verify-ledger bench torture clean

help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

$(READY): requirements-dev.lock
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed, $(PYTHON) is older: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	@echo "installing into $(VENV) (once; about a minute)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

$(BENCH_READY): $(READY) requirements-bench.lock
	@echo "installing what only the bench needs into $(VENV) (once)"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

$(CLIENTS_READY): $(READY) requirements-clients.lock
	@echo "installing what generates clients into $(VENV) (once)"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-clients.lock
	@touch $@

run: $(READY) ## the whole suite on this machine, with the demonstration county, until Ctrl-C
	@exec $(BIN)/python -m deploy.local

test: $(CLIENTS_READY) ## all tests (under 25 minutes on two cores)
	@$(BIN)/pytest -n $(WORKERS)

test-nightly: $(CLIENTS_READY) ## all tests and the longer proofs besides (about three quarters of an hour)
	@$(BIN)/pytest -n $(WORKERS) -m "nightly or not nightly"

check: $(READY) ## lint, format, types, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fix: $(READY) ## let the formatter and the linter mend what they can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

migrate: $(READY) ## bring the local suite's four databases to the newest schema
	@$(BIN)/python -m deploy.local.schema upgrade

revision: $(READY) ## draft a migration: make revision service=funds message="add a column"
	@$(BIN)/python -m deploy.local.schema revision $(service) "$(message)"

openapi: $(READY) ## write the services' contracts to docs/openapi and the list of changes
	@$(BIN)/python -m deploy.openapi

api-changes: $(READY) ## what changed in the public API and what of it breaks clients: make api-changes from=REVISION
	@$(BIN)/python -m deploy.api_changes $(if $(from),--from $(from))

clients: $(CLIENTS_READY) ## generate the Python and the TypeScript client into build/clients
	@$(BIN)/python -m deploy.clients

examples: $(READY) ## ask a running demonstration for the examples of the public document again
	@$(BIN)/python -m deploy.examples --address $(or $(address),http://127.0.0.1:8000)

lock: $(READY) ## resolve the dependencies again into the lock files
	@$(BIN)/pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --no-annotate pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --no-annotate --extra local --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --no-annotate --extra bench -c requirements-dev.lock pyproject.toml -o requirements-bench.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --no-annotate --extra clients -c requirements-dev.lock pyproject.toml -o requirements-clients.lock

secrets: $(READY) ## make the secret files docker compose needs (deploy/secrets; nothing is replaced)
	@$(BIN)/python -m deploy.secret_files deploy/secrets

demonstration: $(READY) ## load the demonstration county into the running docker compose suite
	@$(BIN)/python -m deploy.demonstration --address $(or $(address),http://127.0.0.1:8000) --folder $(or $(folder),.lika/compose) --administrator-password-file deploy/secrets/bootstrap_admin_password --operator-password-file deploy/secrets/bootstrap_operator_password

divisions: $(READY) ## load the whole country's 665,276 divisions into the local suite, running or not (once)
	@$(BIN)/python -m deploy.local.divisions

rotate-keys: $(READY) ## move protected values in the local suite to the first seal key (service=funds or gateway; arguments="--status" to look)
	@$(BIN)/python -m deploy.local.rotate_keys $(service) $(arguments)

verify-ledger: $(READY) ## recompute the local suite's ledger from its transfers and say the first difference
	@$(BIN)/python -m deploy.local.verify_ledger $(arguments)

bench: $(BENCH_READY) ## measure this machine: make bench, make bench size=province, make bench only="reads search"
	@$(BIN)/python -m bench --size $(or $(size),small) $(if $(only),--only $(only))

torture: $(READY) ## kill services and PostgreSQL under load: make torture, make torture operations=2000 kills=20 seed=1
	@$(BIN)/python -m torture --operations $(or $(operations),1000000) --kills $(or $(kills),1000) $(if $(seed),--seed $(seed))

clean: ## remove the virtual environment and caches (never the data folder)
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
