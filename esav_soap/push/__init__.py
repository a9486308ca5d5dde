"""The way to the receivers of opérateurs: HTTPS, and nothing but public addresses."""
