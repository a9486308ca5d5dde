"""The jeu de test of a version: messages with the answers that the service gives to them (annexe 2, R8)."""
