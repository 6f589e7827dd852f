"""Person codes: what stands in the ledger instead of names, keyed by the office.

The key is a file of its own with tight permissions (`Workspace.person_key_file`), never in the store, in a report or
under version control. Without it a code cannot be led back to a name by trying all names, which a plain hash would allow.
Reference: RFC 2104 (HMAC), FIPS 180-4 (SHA-256).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import stat
import unicodedata
from pathlib import Path

from fangkong_lab.errors import BadInput
from fangkong_lab.workspace import Workspace

KEY_BYTES = 32
CODE_LETTERS = 16
_HEX_KEY = re.compile(r"^[0-9a-f]{64}$")
_GAPS = re.compile(r"\s+")


def make_key(path: Path) -> None:
    """Write a fresh random key of 32 bytes, as 64 hexadecimal digits, to *path*, readable by its owner only.

    An existing key is never overwritten (`BadInput`): with it all codes given so far would be lost.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise BadInput("人员代号密钥已存在，不覆盖", where=str(path), mend="沿用现有密钥；丢失密钥就无法再对上旧代号") from error
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")


def read_key(workspace: Workspace) -> bytes:
    """Return the key of *workspace*.

    Raises `BadInput` where the file is missing, damaged, or readable by others than its owner (POSIX only).
    """
    path = workspace.root / workspace.person_key_file
    if not path.is_file():
        raise BadInput("没有人员代号密钥", where=str(path), mend="从保管人处取回密钥文件，或在新目录运行 fangkong init 生成")
    if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise BadInput("人员代号密钥可被他人读取", where=str(path), mend=f"运行 chmod 600 {path.name}")
    text = path.read_text(encoding="ascii", errors="replace").strip()
    if not _HEX_KEY.match(text):
        raise BadInput("人员代号密钥已损坏，应为 64 位十六进制数", where=str(path), mend="从备份恢复密钥文件")
    return bytes.fromhex(text)


def person_code(key: bytes, *identity: str) -> str:
    """Return the code of the person known by *identity* (a name, a staff number, or several together).

    The code is ``P`` and the first 16 hexadecimal digits of HMAC-SHA256 under *key* over the parts, after NFKC
    normalisation and removal of all white space, so that ``张 三`` and ``张三`` are one person. Two different persons
    among 100,000 share a code with probability below 3e-10. Raises `BadInput` where every part is empty.
    """
    parts = [_GAPS.sub("", unicodedata.normalize("NFKC", part)) for part in identity]
    if not any(parts):
        raise BadInput("人员标识为空，不能生成代号", mend="填写姓名加工号，或单位内唯一的编号")
    digest = hmac.new(key, "\x1f".join(parts).encode("utf-8"), hashlib.sha256).hexdigest()
    return "P" + digest[:CODE_LETTERS].upper()
