"""The platform's certificates: requests, issuing, registering, revocation, authorities (R6.2)."""
