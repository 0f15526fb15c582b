"""The version of the package, as ``hwsim --version`` and stored results have it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def release() -> str:
    """The installed version; ``source`` for a tree that was never installed."""
    try:
        return version("hwsim")
    except PackageNotFoundError:
        return "source"
