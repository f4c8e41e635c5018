"""Flask: one blueprint for each resource, and nothing that decides."""
