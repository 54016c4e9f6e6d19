"""Encryption at rest: files that nobody reads from the disk without the master key."""
