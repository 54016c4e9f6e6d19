"""Kikigaki (聞き書き): the transcription assistant of a Japanese municipality."""

__version__ = "0.1.0"
