"""The cards of the Exposure page."""
