@echo off
chcp 65001 >nul
rem 在没有互联网的电脑上安装。用法：双击，或  install.bat  安装目录
setlocal
set "TARGET=%~1"
if "%TARGET%"=="" set "TARGET=%USERPROFILE%\fangkong_lab"
set "PY=py -@python@"
%PY% -c "0" >nul 2>nul || set "PY=python"
%PY% -c "import struct,sys; sys.exit(sys.version_info[:2] != tuple(map(int,'@python@'.split('.'))) or struct.calcsize('P') != 8)" >nul 2>nul || (echo 需要 64 位的 Python @python@，请先安装（见 安装说明.txt）& pause & exit /b 1)
echo 正在安装到 %TARGET%，约需几分钟
%PY% -m venv "%TARGET%" || (echo 不能写入 %TARGET%，请换一个安装目录 & pause & exit /b 1)
"%TARGET%\Scripts\python" -m pip install --quiet --disable-pip-version-check --no-index --find-links "%~dp0wheels" --require-hashes -r "%~dp0requirements.lock" || (echo 没有装成，请看 安装说明.txt 的「装不成怎么办」& pause & exit /b 1)
"%TARGET%\Scripts\python" -m pip install --quiet --disable-pip-version-check --no-index --no-deps --force-reinstall "%~dp0@wheel@" || (pause & exit /b 1)
"%TARGET%\Scripts\fangkong" --version || (pause & exit /b 1)
echo 已装到 %TARGET%。接下来做什么，见 安装说明.txt 的「三、开始用」
pause
