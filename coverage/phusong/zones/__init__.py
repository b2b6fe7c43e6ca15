"""Dead zones: classes, shapes, people and rank."""
