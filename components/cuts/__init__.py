"""What the Cuts page draws."""
