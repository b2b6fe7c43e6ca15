"""Electricity: who has it, as far as it is known."""
