"""Tables, each with its own queries, and the plain frozen values that travel between the parts."""
