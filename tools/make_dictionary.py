"""Write docs/data_dictionary.md and docs/schema/ledger.schema.json from the declared columns.

    python tools/make_dictionary.py            write both
    python tools/make_dictionary.py --check    write nothing; exit 1 where one is not current
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from fangkong_lab.ledger.dictionary import dictionary_page
from fangkong_lab.ledger.schema import ledger_schema

ROOT = Path(__file__).resolve().parents[1]


def pages() -> dict[Path, str]:
    """Return what the generated files should hold."""
    return {
        ROOT / "docs" / "data_dictionary.md": dictionary_page(),
        ROOT / "docs" / "schema" / "ledger.schema.json": json.dumps(ledger_schema(), ensure_ascii=False, indent=1) + "\n",
    }


def main() -> int:
    """Write or check the files."""
    stale = 0
    for path, text in pages().items():
        current = path.is_file() and path.read_text(encoding="utf-8") == text
        stale += not current
        if not current and "--check" not in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        print(f"{'current' if current else 'stale' if '--check' in sys.argv else 'written'}: {path.relative_to(ROOT)}")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    raise SystemExit(main())
