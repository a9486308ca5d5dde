"""One function per thing that users ask for; what they need from outside stands in ``ports``."""
