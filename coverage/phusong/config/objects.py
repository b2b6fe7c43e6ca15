"""Objects: files of a bucket, s3://BUCKET/KEY, as files of this machine, each version fetched once."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path, PurePosixPath
from typing import Any

from platformdirs import user_cache_path

from phusong.errors import ConfigError

SCHEME = "s3://"
_COMPANIONS = ".shp"
"""A file of this kind is read together with those of the same stem."""


def local(address: str, place: str) -> list[Path]:
    """
    Copies of an object, or of all that match a pattern such as `s3://BUCKET/dem/*.tif`, in alphabetical order.

    A copy stays in the user's cache directory by address and entity tag, so that another version of the object is
    another file; the folder may be removed when no run is on. Credentials, region and the address of a store that is
    not Amazon's come from the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL) or ~/.aws.

    Raises
    ------
    ConfigError
        Beginning with `place`, where the address was written: when s3fs is not installed, nothing is there, or the
        store does not let it be read.
    """
    store = _store(place)
    try:
        found = _matching(store, address)
        if not found:
            raise ConfigError(f"{place}: there is no object {address}")
        return [_fetched(store, key) for key in found]
    except FileNotFoundError:
        raise ConfigError(f"{place}: there is no object {address}") from None
    except PermissionError:
        raise ConfigError(f"{place}: {address} may not be read with the credentials of this machine") from None
    except Exception as fault:
        if not type(fault).__module__.startswith(("botocore", "aiobotocore", "aiohttp")):
            raise
        raise ConfigError(f"{place}: {address} cannot be reached: {fault}") from None


def _store(place: str) -> Any:
    try:
        import s3fs
    except ImportError:
        raise ConfigError(f"{place}: s3:// needs s3fs: install phusong[s3]") from None
    # what a run read must be told from what lies there now, so that nothing is taken from an older listing
    return s3fs.S3FileSystem(skip_instance_cache=True, use_listings_cache=False)


def _matching(store: Any, address: str) -> list[str]:
    if any(sign in address for sign in "*?["):
        return sorted(key for key, told in store.glob(address, detail=True).items() if told["type"] == "file")
    return [store._strip_protocol(address)]


def _fetched(store: Any, key: str) -> Path:
    name = PurePosixPath(key)
    companions = sorted(store.glob(f"{name.with_suffix('')}.*")) if name.suffix.lower() == _COMPANIONS else [key]
    told = {one: store.info(one) for one in companions}
    tags = [os.environ.get("AWS_ENDPOINT_URL", ""), *(f"{one} {told[one]['ETag']}" for one in companions)]
    version = hashlib.sha256("\n".join(tags).encode()).hexdigest()[:32]
    folder = user_cache_path("phusong") / "objects" / version
    folder.mkdir(parents=True, exist_ok=True)
    for one in companions:
        _copy(store, one, told[one]["size"], folder / PurePosixPath(one).name)
    return folder / name.name


def _copy(store: Any, key: str, size: int, file: Path) -> None:
    """Fetch an object unless it is there; another process that fetches it too hinders nobody."""
    if file.exists():
        return
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        store.get_file(key, str(draft))
        if draft.stat().st_size != size:
            raise ConfigError(f"s3://{key} changed while it was fetched; run again when it stands still")
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
