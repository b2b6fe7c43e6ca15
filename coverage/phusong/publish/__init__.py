"""Maps and pages: they see an edition and nothing else."""
