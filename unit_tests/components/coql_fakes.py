"""How does a test ask a query of its own of a played Zoho, and see what was asked?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from source_zoho.coql.wanted import WantedQuery, wanted
from unit_tests.components.crm_fakes import Crm, a_page

LEADS = "select Last_Name from Leads where City = 'Bern'"
CITIES = "select City, COUNT(id) as leads from Leads where id is not null group by City"
TOP = "select Last_Name from Leads where id is not null order by Last_Name limit 5000"


def a_query(query: str = LEADS, **more: Any) -> dict[str, Any]:
    return {"name": "leads", "query": query, **more}


def wanted_query(query: str = LEADS, **more: Any) -> WantedQuery:
    (found,) = wanted({"coql_queries": [a_query(query, **more)]})
    return found


def asked(crm: Crm) -> list[str]:
    """Return the queries that were asked, in their order."""
    return [call.body["select_query"] for call in crm.calls if call.path == "coql"]


def rows(*numbers: int) -> list[dict[str, Any]]:
    return [{"id": str(number), "Last_Name": f"L{number}"} for number in numbers]


def cities(*names: str) -> list[dict[str, Any]]:
    return [{"City": name, "leads": 1} for name in names]


def a_part(found: Sequence[dict[str, Any]], more: bool = True) -> dict[str, Any]:
    """Return a page of which Zoho says whether there are *more* rows."""
    return a_page(found, more_records=more)
