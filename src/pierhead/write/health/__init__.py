"""The health step: is a written tree whole and sound? Nothing in it is ever run."""
