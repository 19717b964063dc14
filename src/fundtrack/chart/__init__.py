"""The chart of accounts: funds, accounts and the uses granted to them, read from and written to Beancount text."""
