"""From a folder of cleaned trial exports to an immutable, verified cut."""

#: Version of Interim, recorded with every cut it imports.
VERSION = "0.1.0"
