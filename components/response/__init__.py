"""Cards of the Response page."""
