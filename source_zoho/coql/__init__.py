"""How is a question put in COQL, Zoho CRM's query language? No network, no clock, no CDK."""
