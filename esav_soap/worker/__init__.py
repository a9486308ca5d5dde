"""The worker: what is done besides requests."""
