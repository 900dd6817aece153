"""Passive authentication by OpenSSL: is EF.CardSecurity signed by a document signer below the given CSCA?"""
import pathlib
import subprocess
import tempfile


def verify(card_security: bytes, csca: bytes) -> bytes:
    """The signed content. ValueError with OpenSSL's words if the signature is not good."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "security").write_bytes(card_security)
        (folder / "csca.der").write_bytes(csca)
        subprocess.run(["openssl", "x509", "-inform", "DER", "-in", folder / "csca.der", "-out", folder / "csca.pem"], check=True, capture_output=True)
        outcome = subprocess.run(["openssl", "cms", "-verify", "-inform", "DER", "-in", folder / "security", "-CAfile", folder / "csca.pem",
                                  "-purpose", "any", "-out", folder / "content", "-binary"], capture_output=True, text=True)
        if outcome.returncode:
            raise ValueError(f"passive authentication: {outcome.stderr}")
        return (folder / "content").read_bytes()
