"""The cards of the Survival page: a panel's answer in, a card out."""
