"""The sentences a person reads, one TOML file a subject, each key in English and Chinese."""
