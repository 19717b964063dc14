"""Mutation testing of pages: every small fault that a select could have must be seen by an example on its page."""
