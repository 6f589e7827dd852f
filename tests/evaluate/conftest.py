"""The evaluation data lie beside the checkout and are not shipped; tests that need them say so when they are missing."""

import os
import sys
from pathlib import Path

import pandas as pd
import pytest

HERE = Path(__file__).parent
SHARED = Path(os.environ.get("FANGKONG_SHARED_DATA", HERE.parents[2] / "shared" / "data")) / "eval"
sys.path.insert(0, str(HERE))


@pytest.fixture(scope="session")
def evaluation_data():
    """name → frame of a published evaluation; skips where the file is not there."""
    def read(name: str) -> pd.DataFrame:
        path = SHARED / name
        if not path.is_file():
            pytest.skip(f"{name} is not shipped; set FANGKONG_SHARED_DATA")
        return pd.read_csv(path)
    return read
