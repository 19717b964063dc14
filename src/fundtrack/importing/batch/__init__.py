"""A batch: the rows of one file come into the book, each posted, entered, known already or held with its reason."""
