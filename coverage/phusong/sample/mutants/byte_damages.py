"""Byte damages: what happens to a file on its way – packed in an archive, cut off, overwritten."""

from __future__ import annotations

import gzip
import io
import random
import zipfile


def packed(name: str, data: bytes, rng: random.Random) -> tuple[str, bytes]:
    """Name and bytes of a file as .gz, or as .zip that may hold a second file with a path that climbs out."""
    if rng.random() < 0.5:
        return f"{name}.gz", gzip.compress(data)
    inside = io.BytesIO()
    with zipfile.ZipFile(inside, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(rng.choice([name, f"thư mục/{name}"]), data)
        if rng.random() < 0.3:
            archive.writestr("../out.txt", "x")
    return "a.zip", inside.getvalue()


def bitten(data: bytes, rng: random.Random) -> bytes:
    """Bytes changed, lost, put in, cut off or zeroed at one to twenty places."""
    bites = bytearray(data)
    for _ in range(rng.choice([1, 1, 3, 20])):
        at = rng.randrange(len(bites)) if bites else 0
        match rng.randrange(5):
            case 0:
                bites[at : at + 1] = bytes([rng.randrange(256)])
            case 1:
                del bites[at : at + rng.randint(1, 200)]
            case 2:
                bites[at:at] = rng.randbytes(rng.randint(1, 50))
            case 3:
                bites[at:] = b"" if rng.random() < 0.3 else bites[at:]
            case _:
                bites[at : at + 20] = bytes(20)
    return bytes(bites)
