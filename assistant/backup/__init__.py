"""Backups: everything of a site in one sealed file, and back."""
