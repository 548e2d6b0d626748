# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Certificates for tests, made by openssl on the curve P-256. A test that imports this is skipped where
there is no openssl."""
import pathlib
import shutil
import subprocess
import sys

SKIPPED = 77  # how meson is told

if shutil.which("openssl") is None:
    print("openssl is not installed")
    sys.exit(SKIPPED)


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def _make(folder, name, *arguments):
    key, certificate = f"{folder}/{name}-key.pem", f"{folder}/{name}.pem"
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", "60", "-keyout", key, "-out", certificate, *arguments)
    return key, certificate


def authority(folder, name="ca", subject="/CN=Test authority"):
    """A certificate that can sign others; returns its file. Its key is beside it."""
    return _make(folder, name, "-subj", subject,
                 "-addext", "keyUsage=critical,keyCertSign,cRLSign")[1]


def leaf(folder, name, subject, alternative_names=None, ca=None, days=2):
    """A certificate with its key in one file, which is returned; it signs itself without a ca."""
    extensions = [f"subjectAltName={alternative_names}"] if alternative_names else []
    key, certificate = f"{folder}/{name}-key.pem", f"{folder}/{name}.pem"
    if ca is None:
        _make(folder, name, "-subj", subject,
              *(word for extension in extensions for word in ("-addext", extension)))
    else:
        request, configuration = f"{folder}/{name}.csr", f"{folder}/{name}.cnf"
        pathlib.Path(configuration).write_text("\n".join(["basicConstraints=CA:FALSE", *extensions]))
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", key, "-out", request, "-subj", subject)
        openssl("x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca.replace(".pem", "-key.pem"),
                "-CAcreateserial", "-days", str(days), "-out", certificate, "-extfile", configuration)
    both = pathlib.Path(folder, f"{name}-both.pem")
    both.write_text(pathlib.Path(key).read_text() + pathlib.Path(certificate).read_text())
    return str(both)
