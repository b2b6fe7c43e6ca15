"""Radial sweep and exact profiles: P.1812 and Bullington from one mast to many receivers, compiled."""
