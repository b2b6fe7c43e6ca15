"""Open data: brought from its public homes into a local store, when somebody asks for it and at no other time."""
