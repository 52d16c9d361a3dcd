"""Cards of events in time and of special interest."""
