"""What is wrong with a connection to Zoho, what can be read, and what is to be done."""
