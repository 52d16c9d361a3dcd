"""The one registry of definitions: what every number shown means, whom it counts, how it is made.

Cards name the entries of their numbers; the passport, the Methods page and docs/definitions.md are
all made from here.
"""
