"""Reads Zoho Books, Zoho Billing and Zoho CRM through the Airbyte protocol."""
