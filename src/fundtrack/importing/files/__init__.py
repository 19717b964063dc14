"""Files: what somebody gives, told by its bytes; its encoding, its rows, and the original that is kept."""
