from __future__ import annotations

from hypothesis import settings

# On a busy machine one example may take long; that is no fault of the code.
settings.register_profile("kikigaki", deadline=None)
settings.load_profile("kikigaki")
