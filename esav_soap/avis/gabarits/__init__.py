"""Templates of the letters (Jinja2)."""
