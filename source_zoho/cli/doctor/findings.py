"""What did the doctor find, and what does that make of it for programs?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from source_zoho.availability import Finding, missing_scopes, remedy

if TYPE_CHECKING:
    from source_zoho.components.examination import Organization


@dataclass
class Product:
    """One product: its organizations, or the *problem* because of which they are not known; *modules* of CRM."""

    name: str
    organizations: Sequence[Organization] = ()
    problem: str = ""
    modules: int | None = None


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
            "streams": [{**asdict(each), "remedy": remedy(each.state)} for each in self.findings],
            "calls": self.calls,
        }


def _product(product: Product) -> dict[str, Any]:
    organizations = [
        {name: value for name, value in asdict(each).items() if name != "product"} for each in product.organizations
    ]
    return {
        "product": product.name,
        "problem": product.problem or None,
        "modules": product.modules,
        "organizations": organizations,
    }
