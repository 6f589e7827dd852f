"""Make a folder that installs the product on a machine without internet.

    python tools/bundle.py --platform win_amd64 --python 3.12
    python tools/bundle.py --platform linux_x86_64 --python 3.11

The folder dist/fangkong_lab-<version>-<platform>-py<python>/ holds every locked wheel (binary only, hashes checked
when downloading and again when installing), JupyterLab's too, our own wheel, the locks, a list of SHA-256 sums, an
install script and what a newcomer has to type (tools/bundle_words). It is written under a temporary name and renamed when it is whole.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLATFORMS = {
    "win_amd64": ["win_amd64"],
    "linux_x86_64": ["manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux_2_26_x86_64", "manylinux_2_24_x86_64",
                     "manylinux_2_17_x86_64", "manylinux2014_x86_64", "manylinux_2_12_x86_64", "manylinux2010_x86_64",
                     "manylinux_2_5_x86_64", "manylinux1_x86_64", "linux_x86_64"],
}
# The second is what `fangkong lab --wheels` installs into its own environment.
LOCKS = ("requirements.lock", "requirements-lab.lock")
PYTHONS = ("3.11", "3.12", "3.13")

WORDS = ROOT / "tools" / "bundle_words"


def run(*words: str) -> None:
    """Run a command with this Python; stop where it fails."""
    subprocess.run([sys.executable, "-m", *words], cwd=ROOT, check=True)


def build_wheel(folder: Path) -> Path:
    """Build our own wheel into *folder* and return it."""
    run("pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT))
    return next(folder.glob("fangkong_lab-*.whl"))


def download(folder: Path, lock: Path, platform: str, python: str) -> None:
    """Download every wheel of *lock* for *platform* and *python* into *folder*."""
    tags = [word for tag in PLATFORMS[platform] for word in ("--platform", tag)]
    chosen = selected(lock, platform, python)
    listed = folder.parent / "selected.lock"
    listed.write_text(chosen, encoding="utf-8")
    run("pip", "download", "--quiet", "--only-binary", ":all:", "--no-deps", "--require-hashes", *tags,
        "--python-version", f"{python}.9", "--implementation", "cp", "--dest", str(folder), "-r", str(listed))
    listed.unlink()


def selected(lock: Path, platform: str, python: str) -> str:
    """Return the lock without the lines whose markers do not hold on the target (pip judges markers by this machine)."""
    from packaging.markers import Marker

    windows = platform.startswith("win")
    target = {"python_version": python, "python_full_version": f"{python}.9", "implementation_name": "cpython",
              "platform_python_implementation": "CPython", "sys_platform": "win32" if windows else "linux",
              "platform_system": "Windows" if windows else "Linux", "os_name": "nt" if windows else "posix",
              "platform_machine": "AMD64" if windows else "x86_64", "extra": ""}
    kept, keep = [], True
    for line in lock.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith((" ", "#")):
            head = line.rstrip("\\ ")
            marker = head.partition(";")[2].strip()
            keep = not marker or Marker(marker).evaluate(target)
            line = f"{head.partition(';')[0].strip()} \\"
        if keep:
            kept.append(line)
    return "\n".join(kept) + "\n"


def checksums(folder: Path) -> str:
    """Return the SHA-256 of every file below *folder*, a line each, sorted."""
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return "".join(f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(folder).as_posix()}\n" for p in files)


def words(platform: str, **values: str) -> dict[str, bytes]:
    """Return the install script and the instructions for *platform*: file name → bytes, ``@name@`` replaced by *values*.

    Windows reads lines that end with CRLF; its Notepad knows UTF-8 by the mark at the beginning, its shell not.
    """
    windows = platform.startswith("win")
    script, instructions = ("install.bat", "windows.txt") if windows else ("install.sh", "linux.txt")
    made = {}
    for source, target in ((script, script), (instructions, "安装说明.txt")):
        text = (WORDS / source).read_text(encoding="utf-8")
        for name, value in values.items():
            text = text.replace(f"@{name}@", value)
        marked = "utf-8-sig" if windows and target.endswith(".txt") else "utf-8"
        made[target] = text.replace("\n", "\r\n" if windows else "\n").encode(marked)
    return made


def make(platform: str, python: str) -> Path:
    """Make the bundle and return its folder."""
    version = (ROOT / "src" / "fangkong_lab" / "__init__.py").read_text(encoding="utf-8").split('__version__ = "')[1].split('"')[0]
    final = ROOT / "dist" / f"fangkong_lab-{version}-{platform}-py{python}"
    partial = final.with_name(f".{final.name}.{os.getpid()}")
    wheels = partial / "wheels"
    wheels.mkdir(parents=True)
    wheel = build_wheel(partial)
    for lock in LOCKS:
        download(wheels, ROOT / lock, platform, python)
    for lock in LOCKS:
        shutil.copy(ROOT / lock, partial / lock)
    size = sum(p.stat().st_size for p in partial.rglob("*") if p.is_file()) / 1e6
    for name, text in words(platform, python=python, wheel=wheel.name, megabytes=f"{size:.0f}").items():
        (partial / name).write_bytes(text)
    (partial / "SHA256SUMS").write_text(checksums(partial), encoding="utf-8")
    if final.exists():
        shutil.rmtree(final)
    os.replace(partial, final)
    return final


def main() -> int:
    """Read the arguments, make the bundle, say what it holds."""
    parser = argparse.ArgumentParser(description="离线安装包")
    parser.add_argument("--platform", choices=sorted(PLATFORMS), required=True)
    parser.add_argument("--python", choices=PYTHONS, required=True)
    parser.add_argument("--zip", action="store_true", help="另存为一个 zip 文件")
    args = parser.parse_args()
    folder = make(args.platform, args.python)
    size = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e6
    print(f"{folder.relative_to(ROOT)}：{len(list((folder / 'wheels').iterdir()))} 个依赖包，{size:.0f} MB")
    if args.zip:
        with zipfile.ZipFile(folder.with_suffix(".zip"), "w", zipfile.ZIP_STORED) as box:
            for path in sorted(folder.rglob("*")):
                box.write(path, path.relative_to(folder.parent))
    return 0


if __name__ == "__main__":
    sys.exit(main())
