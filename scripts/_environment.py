"""
`.venv` in the repository root: made and filled once, and again when pyproject.toml asks for something else.

The package cannot be imported before it is installed, so this stands beside the scripts and needs the standard library
only. It must parse on any Python since 3.6, or an old one could not be told that it is too old.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MINIMUM = (3, 11)
EXTRAS = ("", "test")
STAMP = "phusong-installed"
UNFINISHED = "phusong-unfinished"

_PROBE = "import sys, pip; print(*sys.version_info[:2])"
_NO_NETWORK = re.compile(
    r"connection|getaddrinfo|name resolution|unreachable|timed out|proxyerror|sslerror|max retries|from versions: none",
    re.IGNORECASE,
)


def prepare(extra: str = "", root: Path = ROOT) -> None:
    """
    Make sure that `.venv` holds the package with the given extra; does nothing when it does already.

    Raises
    ------
    SystemExit
        With the reason in a sentence.
    """
    sentence = too_old(sys.version_info[:2], sys.executable)
    if sentence:
        raise SystemExit(sentence)
    folder = root / ".venv"
    version = _version(program("python", folder))
    reason = reason_to_make(folder, version)
    if reason:
        _make(folder, reason)
        version = sys.version_info[:2]
    pyproject = (root / "pyproject.toml").read_bytes()
    lines = {name: fingerprint(pyproject, name, version, root) for name in EXTRAS}
    held = stamped(folder) & set(lines.values())
    if lines[extra] not in held:
        _install(folder, extra, root)
        # One replace at the very end: an install that was killed leaves no new stamp.
        _write_stamp(folder, held | {lines[""], lines[extra]})


def program(name: str, folder: Path = ROOT / ".venv", windows: bool = os.name == "nt") -> Path:
    """Path of a program of the environment in `folder`."""
    return folder / "Scripts" / (name + ".exe") if windows else folder / "bin" / name


def run(*command: object, folder: "Path | None" = None) -> int:
    """
    Run a command with its output streamed through, in `folder` or where we are, and return its exit status.

    Raises
    ------
    SystemExit
        When the program cannot be started.
    """
    try:
        status = subprocess.call([str(part) for part in command], cwd=folder, env=_surroundings())
    except KeyboardInterrupt:
        return 130
    except OSError as fault:
        raise SystemExit(
            f"{command[0]} cannot be started ({fault}). Delete the folder .venv and start again."
        ) from None
    return status if status >= 0 else 128 - status


def say(sentence: str) -> None:
    """Tell what comes next, before it takes its time."""
    print(sentence, file=sys.stderr, flush=True)


def too_old(version: "tuple[int, ...]", executable: str) -> "str | None":
    """Why this Python cannot be used, or None when it can."""
    if version >= MINIMUM:
        return None
    wanted, found = (".".join(map(str, numbers)) for numbers in (MINIMUM, version))
    return (
        f"phusong needs Python {wanted} or newer; this one is {found} ({executable}).\n"
        f"Start the script with a newer one, for example: python{wanted} {' '.join(sys.argv)}"
    )


def reason_to_make(folder: Path, version: "tuple[int, ...] | None") -> "str | None":
    """
    Why the environment has to be made anew, or None when it can stay.

    Parameters
    ----------
    folder
        Where it lies.
    version
        Of its Python, or None when that does not start.

    Raises
    ------
    SystemExit
        When the folder holds something that is not ours to delete.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return "There is no Python environment yet."
    if (folder / UNFINISHED).exists():
        return "The last set-up was cut off."
    if not (folder / "pyvenv.cfg").is_file():
        raise SystemExit(f"{folder} is not a Python environment. Move it away and start again.")
    if version is None:
        return "The Python of .venv does not start any more."
    if version < MINIMUM:
        return f"The environment in .venv was made with Python {version[0]}.{version[1]}, which is too old."
    return None


def fingerprint(pyproject: bytes, extra: str, version: "tuple[int, ...] | None", root: Path) -> str:
    """What an installed environment depends on: the packages asked for, the Python, and where the source lies."""
    text = "\n".join([hashlib.sha256(pyproject).hexdigest(), extra, str(version), str(root)])
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def stamped(folder: Path) -> "set[str]":
    """Fingerprints of the installs that were completed in `folder`."""
    stamp = folder / STAMP
    return set(stamp.read_text("utf-8").split()) if stamp.is_file() else set()


def why_failed(errors: str) -> str:
    """What to do after pip failed, from what it wrote on its error stream."""
    if "No space left" in errors:
        return "The disk is full: about 1.2 GB are needed. Make room and start again."
    if _NO_NETWORK.search(errors):
        return (
            "The packages could not be fetched: there seems to be no way to the package index.\n"
            "Connect to the network (behind a proxy, set HTTPS_PROXY; for a mirror, PIP_INDEX_URL) and start again."
        )
    return "pip could not install the packages; its own words stand above."


def _make(folder: Path, reason: str) -> None:
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        name = "python{}.{}-venv".format(*sys.version_info[:2])
        raise SystemExit(
            "This Python lacks the modules venv and ensurepip, which make environments.\n"
            f"On Debian or Ubuntu: sudo apt install {name}"
        )
    if Path(sys.prefix).resolve() == folder.resolve():
        raise SystemExit(f"{reason} It cannot be made anew from inside: run `deactivate`, then start again.")
    say(f"{reason} Making one in .venv with Python {sys.version.split()[0]}: about 10 seconds ...")
    _clear(folder)
    (folder / UNFINISHED).touch()
    if run(sys.executable, "-m", "venv", folder):
        raise SystemExit("The environment could not be made; the reason stands above.")


def _clear(folder: Path) -> None:
    # The folder itself stays: it may be a link to a disk with more room.
    folder.mkdir(exist_ok=True)
    for child in folder.iterdir():
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child)
        else:
            child.unlink()


def _install(folder: Path, extra: str, root: Path) -> None:
    (folder / UNFINISHED).touch()
    say(f"Installing phusong{' and what its tests need' if extra else ''} into .venv: 1 to 3 minutes, once ...")
    # Lines of progress are for eyes; a log keeps warnings and errors.
    quiet = [] if sys.stdout.isatty() else ["--quiet"]
    target = f".[{extra}]" if extra else "."
    command = [str(program("python", folder)), "-m", "pip", "install", "--disable-pip-version-check", *quiet]
    with subprocess.Popen(
        [*command, "-e", target],
        cwd=root,
        env=_surroundings(),
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    ) as pip:
        errors = []
        for line in pip.stderr or ():
            errors.append(line)
            print(line, end="", file=sys.stderr, flush=True)
    if pip.returncode:
        # pip undoes what it could not finish, so what was there before is still good.
        if stamped(folder):
            (folder / UNFINISHED).unlink()
        raise SystemExit(why_failed("".join(errors)))


def _write_stamp(folder: Path, lines: "set[str]") -> None:
    draft = folder / (STAMP + ".draft")
    draft.write_text("\n".join(sorted(lines)) + "\n", "utf-8")
    draft.replace(folder / STAMP)
    (folder / UNFINISHED).unlink()


def _version(python: Path) -> "tuple[int, ...] | None":
    try:
        answer = subprocess.run([str(python), "-c", _PROBE], capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return tuple(int(number) for number in answer.stdout.split())


def _surroundings() -> "dict[str, str]":
    return {**os.environ, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}
