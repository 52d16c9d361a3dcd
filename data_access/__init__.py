"""From a folder of cleaned trial exports to an immutable, verified cut."""
