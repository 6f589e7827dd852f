"""Power as a graph: who could carry an item through, alone or with whom."""
