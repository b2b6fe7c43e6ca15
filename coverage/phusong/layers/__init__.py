"""Canonical data: one module a layer, with its schema, its reader and its canonical form."""
