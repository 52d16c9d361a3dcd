"""The Swimmer page's cards: lanes with their key and controls, and the same patients as a table."""
