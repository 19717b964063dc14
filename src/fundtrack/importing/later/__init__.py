"""Later: rows that wait are corrected, tried or rejected; originals are read again, to count them or for a word."""
