"""Parameterised notebooks into reports."""
