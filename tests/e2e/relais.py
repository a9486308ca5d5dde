"""What stands for ``python -m esav_soap.cli`` in a program that starts commands itself: has :mod:`tests.e2e.pepiniere` fork
them, with its own streams, settings and folder, passes signals on, and ends as they do.

A program of its own, of the standard library alone: ``relais.py SOCKET -m esav_soap.cli ARGUMENT...``.
"""

import json
import os
import signal
import socket
import sys

if __name__ == "__main__":
    adresse, option, module, *arguments = sys.argv[1:]
    assert (option, module) == ("-m", "esav_soap.cli")
    ligne = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ligne.connect(adresse)
    demande = {"arguments": arguments, "env": dict(os.environ), "cwd": os.getcwd()}
    socket.send_fds(ligne, [json.dumps(demande).encode()], [1, 2])
    pid = int(ligne.recv(64))
    for numero in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(numero, lambda recu, _: os.kill(pid, recu))
    code = os.waitstatus_to_exitcode(int(ligne.recv(64)))
    sys.exit(code if code >= 0 else 128 - code)
