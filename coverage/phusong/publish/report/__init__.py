"""The quarterly report: one content for every form, and the code of each figure in it."""
