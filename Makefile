# make verify: check the whole catalogue.  make test: everything a merge must pass.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

unexport PYTHONDONTWRITEBYTECODE  # the tests start Python some hundred times

# make campaigns: what make test tries samples of, at full size: circuits of the whole catalogue in
# several processes, every way past the gate, many more random programs and circuits, searches for
# mistakes in the models of which make test takes recorded executions. make signals: Ctrl-C and SIGTERM at 300
# random moments each, up to an hour. make verifier-mutants: mistakes in the verifier made on purpose, a
# sample of SAMPLE, and whether the tests notice them; half an hour. make lab-mutants: all mistakes in models/x86, and
# whether the lab's recordings show them.
.PHONY: verify test campaigns versions check gate bench signals golden picture clean
.PHONY: verifier-mutants lab-mutants
CAMPAIGNS := tests/compiler/test_determinism.py tests/engines/test_corpus.py \
             tests/explain/test_named_mutants.py \
             tests/gate/test_bypasses.py tests/gate/test_matrix.py tests/gate/test_weakened.py \
             tests/language/test_agreement.py tests/models/test_agreement.py \
             tests/language/test_plain_objects.py \
             tests/models/test_kvm_mutants.py tests/viewer/test_in_short.py \
             tests/models/test_kvm_verdicts.py tests/models/test_native.py \
             tests/models/test_stack.py tests/viewer/test_mutants_told.py \
             tests/viewer/test_renamed.py \
             tests/cli tests/viewer/test_snapshots.py tests/gate/test_stopping.py \
             tests/gate/test_report_files.py tests/gate/test_hostile_git.py

verify: $(VENV)/ready
	$(BIN)/nestproof check

test: $(VENV)/ready
	$(BIN)/pytest -n auto --dist worksteal

campaigns: $(VENV)/ready
	$(BIN)/pytest -n auto --campaign $(CAMPAIGNS)

versions: $(VENV)/ready
	$(BIN)/python -m tests.versions -n auto $(ARGUMENTS)

check: $(VENV)/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

gate: $(VENV)/ready
	$(BIN)/nestproof gate $(if $(BASE),--base $(BASE))

bench: $(VENV)/ready
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev,bench]'
	$(BIN)/python -m tests.bench -o docs/bench $(SECTIONS)

signals: $(VENV)/ready
	$(BIN)/python -m tests.processes.injecting --all
	$(BIN)/python -m tests.signals --moments 300 --seconds 3600

verifier-mutants: $(VENV)/ready
	$(BIN)/python -m tests.verifier_mutants $(if $(SAMPLE),--sample $(SAMPLE))

lab-mutants: $(VENV)/ready
	$(BIN)/python -m tests.lab.mutants

golden: $(VENV)/ready
	$(BIN)/pytest tests/cli tests/gate tests/viewer tests/models --rewrite-golden
	git diff --stat tests/

picture: $(VENV)/ready
	$(BIN)/python -m tests.viewer.picture docs/screen.svg

$(VENV)/ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
