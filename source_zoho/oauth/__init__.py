"""How this connector gets and keeps Zoho's tokens. Knows no CDK."""
