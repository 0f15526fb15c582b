# Two commands do everything: `make demo` and `make test`. Both install what they need, system packages too.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test tools check unit faults docs reproduce bench prove clean

demo: $(VENV)/.demo
	$(BIN)/hwsim sweep examples/first_sweep.toml --out demo/out
	$(BIN)/hwsim report demo/out --html demo/report.html --screenshot demo/report.png
	@echo "open demo/report.html"

test: $(VENV)/.test check unit

# everything that simulates, synthesises and proves gates, and runs nothing
tools: $(VENV)/.test

# what reads the code: style, types, the arrows between packages
check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# what runs it
unit: $(VENV)/.test
	$(BIN)/python -m pytest -n 2 --dist loadfile

# sweeps killed at 200 random moments, each continued and compared with an undisturbed one; minutes
faults: $(VENV)/.test
	$(BIN)/python -m pytest -n 0 -m faults tests/test_sweeps_faults.py

# the tables that are made from the registries
docs: $(VENV)/.demo
	$(BIN)/hwsim engines --markdown > docs/engines.md
	$(BIN)/hwsim workloads --markdown > docs/workload_library.md

# the stored numbers of `hwsim reproduce`: after a change of the models or of a claim
reproduce: $(VENV)/.demo
	$(BIN)/python -m sweeps.reproduce

# every measure of docs/benchmarks.md but the long ones (flat areas, designed networks mapped) and those that need files (SCALE-Sim, MiniMalloc)
bench: $(VENV)/.test
	for file in step_rate multiply_rate emit_rate issue_count counted_networks lut_values gpu_models resnet50_closed_form report_rate; do $(BIN)/python benchmarks/$$file.py || exit 1; done
	$(BIN)/python benchmarks/mapping.py --only optima chain
	$(BIN)/python benchmarks/sweep_speed.py

# proofs of all leaves, and random faults in them: which do the proofs and which does a bench find; takes long
prove: $(VENV)/.test
	$(BIN)/python benchmarks/mutants.py

$(VENV)/bin/python:
	PYTHON=$(PYTHON) .ci/system-packages venv
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }
	$(BIN)/pip install -q --upgrade pip

$(VENV)/.demo: $(VENV)/bin/python setup.cfg pyproject.toml
	PYTHON=$(PYTHON) .ci/system-packages demo
	$(BIN)/pip install -q -e .
	touch $@

$(VENV)/.test: $(VENV)/bin/python setup.cfg pyproject.toml
	PYTHON=$(PYTHON) .ci/system-packages test
	$(BIN)/pip install -q -e '.[all,dev]'
	touch $@

clean:
	rm -rf $(VENV) build demo/out demo/report.html *.egg-info
