"""The cards of the Laboratory page."""
