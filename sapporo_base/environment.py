"""
The secrets and switches of a demo or test environment, generated once into `var/sapporo.env`.

`python -m sapporo_base.environment` writes the file when it does not exist. Production has no such
file: everything comes from the process environment there, and nothing has a default.
"""

import base64
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ROOT = Path(__file__).resolve().parent.parent


def var_folder() -> Path:
    """Return the folder for everything that this installation writes: `SAPPORO_VAR` or `var/`."""
    return Path(os.environ.get("SAPPORO_VAR") or ROOT / "var").resolve()


def _key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read; an existing file is left as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as file:
        file.write(content)


def ensure_demo_environment(folder: Path) -> Path:
    """
    Write generated secrets for a demo into `folder`; what is there already stays. Return the file.
    """
    signing_key = folder / "keys" / "record-seal.pem"
    write_private(
        signing_key,
        Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )
    lines = [
        "SAPPORO_ENVIRONMENT=demo",
        f"SECRET_KEY={_key()}",
        f"INDIVIDUAL_NUMBER_KEYS=k1:{_key()}",
        f"INDIVIDUAL_NUMBER_DIGEST_KEYS=d1:{_key()}",
        f"CREDENTIAL_KEYS=c1:{_key()}",
        f"SEAL_SIGNING_KEY_FILE={signing_key}",
        f"SEAL_ROOTS_FILE={folder / 'seals' / 'roots.jsonl'}",
    ]
    (folder / "static").mkdir(parents=True, exist_ok=True)
    file = folder / "sapporo.env"
    write_private(file, ("\n".join(lines) + "\n").encode())
    return file


if __name__ == "__main__":
    ensure_demo_environment(var_folder())
