"""Documents of the API as lines of text; pure functions."""
