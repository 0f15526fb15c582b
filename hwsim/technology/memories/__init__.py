"""On-chip memories that no cell library has: tables made once by another tool, with their source."""
