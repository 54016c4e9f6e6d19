"""Which programs take part."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def installed_version(distribution: str) -> str:
    """The version, or an empty text when it is not installed."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""
