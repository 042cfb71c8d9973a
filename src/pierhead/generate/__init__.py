"""What is written for a folder: Dockerfile, .dockerignore, compose.yaml, unit, Caddyfile. Pure."""
