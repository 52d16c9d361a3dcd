"""The visible strings, by part of the app. `dashboard.text` gathers them."""
