"""The user of the operating system."""

from __future__ import annotations

import getpass
import os


def os_user() -> str:
    """Who runs this process, by the system's own word: anyone can set environment variables."""
    if hasattr(os, "getuid"):
        import pwd

        try:
            return pwd.getpwuid(os.getuid()).pw_name
        except KeyError:
            return str(os.getuid())
    return getpass.getuser()
