#!/usr/bin/env bash
# Rewrite the lock files from pyproject.toml (needs uv; the machine that installs does not).
set -euo pipefail
cd "$(dirname "$0")/.."
UV=${UV:-uv}
compile() {
  "$UV" pip compile "$@" --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
    --no-emit-find-links --no-annotate --custom-compile-command "make lock" -q
}
compile pyproject.toml -o requirements.lock
compile pyproject.toml --extra build -c requirements.lock -o requirements-all.tmp
compile pyproject.toml --extra build --extra dev -c requirements-all.tmp -o requirements-dev.lock
# What `fangkong lab` installs into an environment of its own: JupyterLab alone, our library stays in the kernel's.
printf 'jupyterlab>=4.4\njupyterlab-language-pack-zh-CN>=4.4\nanywidget>=0.9\n' | compile - -c requirements-dev.lock -o requirements-lab.lock
compile pyproject.toml --extra widget --extra cluster -c requirements-dev.lock -o requirements-extras.lock
compile pyproject.toml --extra bench -c requirements-dev.lock -o requirements-bench.lock
printf 'editables\nhatchling\n' | compile - -c requirements-dev.lock -o requirements-build.lock
rm -f requirements-all.tmp
