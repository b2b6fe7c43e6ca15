"""Periods: the snapshot of each, written whole or not at all."""
