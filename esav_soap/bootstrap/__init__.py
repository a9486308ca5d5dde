"""Joins ports to adapters: settings, the node, the server, the working tree of the catalogue."""
