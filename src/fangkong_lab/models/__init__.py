"""County models: cards of what their documents say, and what follows when they are applied to the same county."""
