"""Filings: invented ones whose truth is known, of many forms and with many faults, and how intake did on them."""
