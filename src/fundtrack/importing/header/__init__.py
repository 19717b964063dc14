"""The header: which row names the columns, what stands above it, and what it says beyond what its page reads."""
