"""The command ``esav``: arguments, printing, progress, exit codes."""
