"""How to find out what was deleted from lists that do not tell. Pure: no network, no clock, no CDK."""
