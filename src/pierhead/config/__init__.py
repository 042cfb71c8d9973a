"""pierhead.toml: its schema, how it is read, and how it is laid over what was detected."""

from pierhead.config.apply import apply
from pierhead.config.load import FILE_NAME, Problem, load_config
from pierhead.config.model import Config

__all__ = ["FILE_NAME", "Config", "Problem", "apply", "load_config"]
