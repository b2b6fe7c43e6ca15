"""Intake: filings as they arrive become canonical rows, or rows set aside with a reason."""
