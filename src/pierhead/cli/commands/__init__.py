"""Commands, one file per wish."""
