"""`python -m fangkong_lab` is `fangkong`."""

from fangkong_lab.cli.main import entry

entry()
