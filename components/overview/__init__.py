"""The cards of the Overview: each draws one panel's answer, and lists it as rows for a file."""
