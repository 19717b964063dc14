"""Values: what the text of a cell says, read strictly: words, numbers, days, and amounts in digits or written out."""
