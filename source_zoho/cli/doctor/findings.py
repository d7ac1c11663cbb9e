"""What did the doctor find, and what does that make of it for programs?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from source_zoho.availability import REMEDY_OF_CLOSED, Closed, Finding, closed, missing_scopes, remedy

if TYPE_CHECKING:
    from source_zoho.components.examination import Organization


@dataclass
class Product:
    """
    One product: its organizations, the number of *modules* of CRM, and what is wrong with it.

    A *problem* keeps something from being read, a *remark* does not. Of what *can_be_asked* streams may be known.
    """

    name: str
    organizations: Sequence[Organization] = ()
    problem: str = ""
    remark: str = ""
    modules: int | None = None
    can_be_asked: bool = True


@dataclass
class Diagnosis:
    """Everything that was found, in the order in which it was asked."""

    data_center: str = ""
    problems: list[str] = field(default_factory=list)
    signed_in_at: str = ""
    sign_in_problem: str = ""
    works_in: str = ""
    products: list[Product] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    calls: int = 0

    @property
    def healthy(self) -> bool:
        """Whether all that was asked about can be read."""
        well = not (self.problems or self.sign_in_problem) and all(each.can_be_read for each in self.findings)
        return well and bool(self.products) and not any(each.problem for each in self.products)

    @property
    def open(self) -> dict[str, set[str]]:
        """The ids of the organizations of each product that answer."""
        shut = {each.place for each in self.closed}
        return {
            each.name: {one.id for one in each.organizations if one.active and (each.name, one.id) not in shut}
            for each in self.products
        }

    @property
    def closed(self) -> list[Closed]:
        """The organizations that refuse everything of a product."""
        return closed(self.findings)

    @property
    def missing_scopes(self) -> list[str]:
        """The scopes that are missing."""
        return missing_scopes(self.findings)

    def document(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "healthy": self.healthy,
            "configuration": {"data_center": self.data_center or None, "problems": self.problems},
            "sign_in": {
                "succeeded": bool(self.signed_in_at),
                "api_domain": self.signed_in_at or None,
                "problem": self.sign_in_problem or None,
                "works_in_data_center": self.works_in or None,
            },
            "products": [_product(each) for each in self.products],
            "missing_scopes": self.missing_scopes,
            "closed_organizations": [_closed(each) for each in self.closed],
            "streams": [{**asdict(each), "remedy": self._remedy(each)} for each in self.findings],
            "calls": self.calls,
        }

    def _remedy(self, finding: Finding) -> str:
        place = finding.product, finding.organization_id
        return REMEDY_OF_CLOSED if place in {each.place for each in self.closed} else remedy(finding.state)


def _product(product: Product) -> dict[str, Any]:
    organizations = [
        {name: value for name, value in asdict(each).items() if name != "product"} for each in product.organizations
    ]
    return {
        "product": product.name,
        "problem": product.problem or None,
        "remark": product.remark or None,
        "modules": product.modules,
        "organizations": organizations,
    }


def _closed(closed: Closed) -> dict[str, Any]:
    return {
        "product": closed.product,
        "organization_id": closed.organization_id,
        "code": closed.refused.code,
        "said": closed.refused.said,
        "remedy": REMEDY_OF_CLOSED,
    }
