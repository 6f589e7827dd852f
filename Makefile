# fangkong_lab. `make help` lists what can be made.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Without compiled files every report takes 2.5 times as long; some machines switch them off.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONHASHSEED := 0
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUTF8 := 1
PIP := $(BIN)/python -m pip install --quiet --require-hashes
NOTEBOOKS := $(wildcard notebooks/*.ipynb) $(wildcard notebooks/lessons/*.ipynb) $(wildcard notebooks/reports/*.ipynb)

.DEFAULT_GOAL := help
.PHONY: help report test test-all lint bench lock wheel bundle clean

help: ## 列出可用的命令
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else "需要 Python 3.11–3.13,当前为 %d.%d;请用 make PYTHON=python3.12 指定" % v)'
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.runtime: $(VENV)/.python requirements.lock requirements-build.lock
	$(PIP) -r requirements.lock -r requirements-build.lock
	touch $@

$(VENV)/.package: $(VENV)/.runtime pyproject.toml
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.package requirements-dev.lock
	$(PIP) -r requirements-dev.lock
	touch $@

report: $(VENV)/.package ## 用随附数据生成全部报告(reports/index.html)
	$(BIN)/python -m fangkong_lab demo-data --if-empty
	$(BIN)/python -m fangkong_lab report --all

test: $(VENV)/.dev ## 全部测试(含笔记本)
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not heavy" tests
	$(BIN)/python -m fangkong_lab demo-data --if-empty
	$(BIN)/python -m pytest --nbval-lax --nbval-current-env -p no:cacheprovider $(NOTEBOOKS)

test-all: $(VENV)/.dev ## 加上耗时较长的证明
	$(BIN)/python -m pytest -n 2 --dist loadfile tests
	$(BIN)/python -m fangkong_lab demo-data --if-empty
	$(BIN)/python -m pytest --nbval-lax --nbval-current-env -p no:cacheprovider $(NOTEBOOKS)

lint: $(VENV)/.dev ## 代码格式与类型
	$(BIN)/ruff check src tests tools benchmarks
	$(BIN)/mypy

$(VENV)-bench/.done: $(VENV)/.python requirements-bench.lock requirements-build.lock
	$(PYTHON) -m venv $(VENV)-bench
	$(VENV)-bench/bin/python -m pip install --quiet --require-hashes -r requirements-bench.lock -r requirements-build.lock
	$(VENV)-bench/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

bench: $(VENV)-bench/.done ## 与同类工具并排测速(比值)
	@for script in benchmarks/*.py; do echo "== $$script"; $(VENV)-bench/bin/python $$script || exit 1; done

wheel: $(VENV)/.package ## 打成一个安装包(模板、笔记本、规则、数字表、字体都在内)
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

PLATFORM ?= linux_x86_64
PY ?= 3.11
bundle: $(VENV)/.package ## 离线安装文件夹:make bundle PLATFORM=win_amd64 PY=3.12
	$(BIN)/python tools/bundle.py --platform $(PLATFORM) --python $(PY)

lock: ## 重写锁定文件(需要 uv)
	bash tools/lock.sh

clean: ## 删除生成物(不动数据和报告)
	rm -rf $(VENV) $(VENV)-bench build dist .pytest_cache .mypy_cache .ruff_cache
