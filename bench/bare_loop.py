"""What would reading a list cost without a connector? requests, json and a line per row: the floor of the bench."""

from __future__ import annotations

import argparse
import json
import sys

import requests


def main() -> None:
    """Print every invoice of the organization, page after page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("token")
    parser.add_argument("organization_id")
    given = parser.parse_args()
    session = requests.Session()
    session.headers["Authorization"] = f"Zoho-oauthtoken {given.token}"
    page, has_more = 1, True
    while has_more:
        parameters: dict[str, str | int] = {"organization_id": given.organization_id, "page": page, "per_page": 200}
        answer = session.get(f"{given.url}/books/v3/invoices", params=parameters, timeout=60).json()
        for row in answer["invoices"]:
            sys.stdout.write(json.dumps(row) + "\n")
        page, has_more = page + 1, answer["page_context"]["has_more_page"]


if __name__ == "__main__":
    main()
