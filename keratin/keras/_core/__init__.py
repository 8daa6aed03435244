"""What the namespaces of Keras stand on: names, configs, dtype policies, the symbolic graph."""
