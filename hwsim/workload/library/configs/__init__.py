"""One TOML file per transformer: its ``config.json`` fields, their source and the published parameter count."""
