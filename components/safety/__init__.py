"""Cards of the Safety page: deaths and serious events, the overview of kinds, terms, listings."""
