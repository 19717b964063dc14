"""Words: what files call funds, uses and quota lines, and what people said that they mean."""
