"""Makes the brute force and the generator of small networks importable: they are witnesses, not part of the package."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
