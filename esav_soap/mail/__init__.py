"""E-mail: notices as messages, and the SMTP server that takes them."""
