"""The archive: what has passed its time leaves the hot tables, stays readable, can be exported and at last be anonymised."""
