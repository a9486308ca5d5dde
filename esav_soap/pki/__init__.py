"""X.509: reading, judging chains, issuing, lists of revoked certificates; the one place that knows ``cryptography`` (R6.2)."""
