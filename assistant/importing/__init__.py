"""Reads transcripts and minutes that were made elsewhere."""
