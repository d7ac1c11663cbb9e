"""Which chores does a maintainer run by hand? Each module here is one, started with `python -m tasks.<name>`."""
