"""What is there to read in a Zoho CRM, under which names and types? No network, no clock, no CDK."""
