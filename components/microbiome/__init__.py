"""Cards of the Microbiome page: the table, composition, diversity, place, tests, taxa."""
