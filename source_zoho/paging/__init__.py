"""How to walk through a list that changes while it is read. Pure: no network, no clock, no CDK."""
