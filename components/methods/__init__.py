"""The sections of the Methods page: blocks of words and the definitions, number by number."""
