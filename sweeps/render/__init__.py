"""What a reader sees: tables in the terminal, the report page, generated documentation."""
