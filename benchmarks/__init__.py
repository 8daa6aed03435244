"""What Keratin costs, beside its peers: one file a subject, run by `make bench`."""
