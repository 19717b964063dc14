"""fundtrack: the book of a county finance bureau for integrated public funds."""
