"""One file per stack: its blueprint."""
