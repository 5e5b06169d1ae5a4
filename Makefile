# Everything a contributor runs. `make help` lists it; CI runs `make test`.
# Only `make test` may need root, to install Chromium where there is none; after the first
# install no step needs a network.

PYTHON ?= $(shell python3.11 -c 'print("python3.11")' 2>/dev/null || echo python3)
UV ?= uv
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
COMPILE := $(UV) pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --custom-compile-command "make lock" --group build
TORCH := 2.13.0
TESTS ?= tests

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo ui test check fix lock bench soak model clean chromium

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/base.stamp  ## install the locked base and answer questions on the sample library
	$(BIN)/attest demo

ui: $(VENV)/ui.stamp  ## install the locked page and open it in a browser
	$(BIN)/attest ui

test: check chromium $(VENV)/torch-$(TORCH).stamp  ## install the locked tools, lint, type-check, hold the drawing, run every test
	$(BIN)/python -m pytest -n 2 --dist loadfile $(TESTS)

check: $(VENV)/dev.stamp  ## format, lint, types and import contracts, without the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports --no-cache

fix: $(VENV)/dev.stamp  ## format, and mend what the linter can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock:  ## resolve the dependencies anew into lock/ (needs uv)
	$(COMPILE) --upgrade --all-extras -o lock/all.txt
	$(COMPILE) --upgrade --extra dev --extra eval --extra llm --extra ui -c lock/all.txt -o lock/dev.txt
	$(COMPILE) --upgrade --extra ui -c lock/all.txt -o lock/ui.txt
	$(COMPILE) --upgrade -c lock/all.txt -o lock/base.txt

bench: $(VENV)/dev.stamp  ## say what each benchmark measures and how it is run
	$(BIN)/python -m eval.bench

soak: $(VENV)/dev.stamp  ## kill, damage, crowd and empty libraries for hours, and print what was lost
	$(BIN)/python -m eval.bench.crash --kills 1000 --steps --chains 10
	$(BIN)/python -m eval.bench.damage --trials 200
	$(BIN)/python -m eval.bench.contention --rounds 50 --kills 50 --publishes 50
	$(BIN)/python -m eval.bench.removal --marked 1000
	$(BIN)/python -m eval.bench.publishing --papers 50000 --verify 100000
	$(BIN)/python -m eval.bench.server --kills 50 --cuts 50 --writers 50 --publishes 20 --damages 20
	$(BIN)/python -m eval.bench.growth --queries 10000 --versions 200
	$(BIN)/python -m eval.bench.growth --queries 10000 --versions 200 --served

model: $(VENV)/dev.stamp  ## convert the embedding model to the form that is shipped
	$(BIN)/python -m rag.models.convert

# The tests of the page drive a real browser. Where none is found and this may install
# packages of the system, it does; else it says what to do, and those tests are skipped,
# which is a failure in CI.
chromium:
	@command -v chromium chromium-browser google-chrome >/dev/null || test -n "$$ATTEST_CHROMIUM" \
		|| if command -v apt-get >/dev/null && test "$$(id -u)" = 0; then \
			echo "installing Chromium for the tests of the page"; \
			apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y \
				--no-install-recommends chromium >/dev/null; \
		else echo "no Chromium: the tests of the page are skipped; apt-get install chromium"; fi

clean:  ## remove the environment, caches and build results
	rm -rf $(VENV) build dist .hypothesis .import_linter_cache .pytest_cache .ruff_cache
	find rag ui eval tests -name __pycache__ -type d -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Attest needs Python 3.11 or newer: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# A stamp stands for an installed lock file. A cut of the lock never disagrees
# with another, so both may go into one environment in either order. The file is
# its own constraint too: without that, an older pip takes the newest release
# for a dependency with an extra, and then refuses it for having no hash.
$(VENV)/%.stamp: lock/%.txt pyproject.toml | $(BIN)/python
	@echo "installing $< into $(VENV) (a minute or two the first time)"
	@$(PIP) install --require-hashes -r $< -c $<
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

# The tests of local models run torch. Whether its build is for a processor or a
# GPU, and with which libraries, is the machine's choice (for a processor alone
# they spare 4 GB), so it stands in no lock for tests and carries no hash. What it
# needs besides is in lock/dev.txt, so pip leaves the locked packages alone.
$(VENV)/torch-%.stamp: | $(VENV)/dev.stamp
	@echo "installing torch $* into $(VENV)"
	@$(PIP) install torch==$*
	@touch $@
