"""Training: the data that is fed, the step that is compiled, the loop that drives it."""
