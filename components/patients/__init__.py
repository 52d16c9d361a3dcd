"""The Patients pages: the listing, one patient on one time axis, and the records behind it."""
