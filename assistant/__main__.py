"""`python -m assistant` is `kikigaki`."""

from assistant.cli import main

main()
