"""Every word on the screen, in Japanese and English: a module for each page.

`{}` takes what the page fills in. A key is said by one module only.
"""

from __future__ import annotations

from ui.labels import (
    backups,
    exports,
    imports,
    manuals,
    people,
    recordings,
    retention,
    search,
    shell,
)

PAGES = (shell, recordings, search, imports, exports, manuals, people, retention, backups)

JA = {key: text for page in PAGES for key, text in page.JA.items()}
EN = {key: text for page in PAGES for key, text in page.EN.items()}
LABELS = {"ja": JA, "en": EN}
