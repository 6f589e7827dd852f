"""DOCX to PDF by LibreOffice, where the PDF must have the same pages as the DOCX; with the shipped fonts as stand-ins."""

from __future__ import annotations

import os
import shutil
import subprocess
from html import escape
from pathlib import Path

from fangkong_lab.errors import ReportFailed
from fangkong_lab.fonts import SANS, font_file
from fangkong_lab.report.word_styles import STAND_INS

PROGRAMS = ("soffice", "libreoffice")
_SECONDS = 180


def program() -> str:
    """Return the path of LibreOffice; `ReportFailed` where there is none."""
    for name in PROGRAMS:
        found = shutil.which(name)
        if found:
            return found
    raise ReportFailed("没有找到 LibreOffice", mend="安装 LibreOffice，或改用 --pdf typst")


def pdf_of(docx: bytes, folder: Path) -> bytes:
    """Return the PDF of a .docx; *folder* is an empty folder for the pieces (own profile, so that runs do not meet)."""
    source = folder / "report.docx"
    source.write_bytes(docx)
    (folder / "fonts.conf").write_text(_font_rules(folder), encoding="utf-8")
    command = [program(), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore", "--convert-to", "pdf",
               "--outdir", str(folder), str(source)]
    try:
        done = subprocess.run(command, env={**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf")}, capture_output=True,
                              text=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise ReportFailed("LibreOffice 没有按时转换完", mend="改用 --pdf typst") from error
    made = folder / "report.pdf"
    if not made.exists():
        raise ReportFailed(f"LibreOffice 未能转换：{done.stderr.strip()[:200]}", mend="改用 --pdf typst")
    return made.read_bytes()


def _font_rules(folder: Path) -> str:
    """Return fontconfig rules: the system's fonts, ours beside them, and ours where the named ones are missing."""
    rules = []
    for name in STAND_INS:
        ours = "Noto Sans SC" if name == "黑体" else "Noto Serif SC"
        families = "".join(f"<family>{escape(n)}</family>" for n in (*STAND_INS[name][:4], ours))
        rules.append(f'<alias binding="same"><family>{escape(name)}</family><accept>{families}</accept></alias>')
    return ('<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>\n'
            '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>\n'
            f"<dir>{escape(str(font_file(SANS).parent))}</dir>\n<cachedir>{escape(str(folder / 'fontcache'))}</cachedir>\n"
            + "\n".join(rules) + "\n</fontconfig>\n")
