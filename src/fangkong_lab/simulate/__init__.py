"""Simulation of warning policies: a what-if, never a forecast. See docs/simulation.md."""
