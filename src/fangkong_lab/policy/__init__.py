"""Rules as data: dated, cited files; grades, warning scores, their explanations, and what a reform changes."""
