"""fangkong_lab: a research workbench for pilots that put small powers under checks."""

__version__ = "0.1.0"
__all__ = ["__version__"]
