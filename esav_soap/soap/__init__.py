"""The SOAP adapter: HTTP routes, the guard, Spyne, and the answers."""
