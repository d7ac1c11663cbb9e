"""What would Zoho CRM v8 answer? Modules, fields, records and what was deleted; one organization for each token."""
