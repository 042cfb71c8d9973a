"""The forms a bundle comes in, one file each."""
