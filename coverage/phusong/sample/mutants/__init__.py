"""Mutants: filings damaged in every way that files get damaged, and what intake makes of them."""
