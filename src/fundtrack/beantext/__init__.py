"""Beancount's syntax: read it with its own parser, book it with its own booking, write text it cannot misread."""
