"""What every test may ask for."""

pytest_plugins = ["lab.postgres"]
