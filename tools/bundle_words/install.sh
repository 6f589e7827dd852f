#!/bin/sh
# 在没有互联网的电脑上安装。用法：sh install.sh [安装目录]
set -e
here=$(cd "$(dirname "$0")" && pwd)
target=${1:-$HOME/fangkong_lab}
python=${PYTHON:-python@python@}
"$python" -c "import sys; sys.exit(sys.version_info[:2] != tuple(map(int, '@python@'.split('.'))))" 2>/dev/null || { echo "需要 Python @python@，请先安装（见 安装说明.txt）"; exit 1; }
echo "正在安装到 $target，约需几分钟"
"$python" -m venv "$target" || { echo "不能建立 $target：换一个安装目录，或先装好 venv（见 安装说明.txt）"; exit 1; }
"$target/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --find-links "$here/wheels" --require-hashes -r "$here/requirements.lock"
"$target/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --no-deps --force-reinstall "$here/@wheel@"
"$target/bin/fangkong" --version
echo "已装到 $target。接下来做什么，见 安装说明.txt 的「三、开始用」"
