"""What Zoho tells by itself: webhooks of Books and Billing, notifications of CRM, and where they are kept."""
