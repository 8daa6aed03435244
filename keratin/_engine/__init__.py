"""What everything stands on, and which knows nothing of the namespaces above it."""
