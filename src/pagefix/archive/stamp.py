"""What a result depends on besides the page: pagefix itself, the rules, and how it was called."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pagefix.rules import Rules
from pagefix.version import VERSION

_DECIDING = ("datasketch", "numpy", "opencc", "rapidfuzz", "regex", "rjieba", "scipy")
"""Libraries whose next version may decide a page otherwise."""


def stamp_of(rules: Rules, **asked: str | None) -> str:
    """Forty hex digits that change where any page might come out otherwise.

    ``asked`` is what the caller chose (encoding, layout, source …).
    """
    parts = [VERSION, _code(), rules.version, *(f"{name} {_installed(name)}" for name in _DECIDING)]
    return sha256(json.dumps([*parts, sorted(asked.items())]).encode()).hexdigest()[:40]


def stamp_with(stamp: str, *taught: Iterable[str]) -> str:
    """A stamp with what an archive taught; :func:`base_of` gives the stamp back."""
    return f"{stamp}+{sha256(json.dumps([list(each) for each in taught]).encode()).hexdigest()[:16]}"


def base_of(stamp: str) -> str:
    """A stamp without what an archive taught."""
    return stamp.partition("+")[0]


@lru_cache(maxsize=1)
def _code() -> str:
    """A digest of the package's own files: between two releases the version says nothing."""
    root = Path(__file__).resolve().parent.parent
    digest = sha256()
    for path in sorted(root.rglob("*.py")):
        if path.parent.name != "cli":
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
