"""Which organizations exist, and how large are they?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from .editions import Oddity
from .organization import Organization
from .refusals import (
    NO_PRODUCT,
    NoProduct,
    foreign_organization,
    inactive_organization,
    organization_not_chosen,
)
from .resources import Product, resources
from .zones import Zone

if TYPE_CHECKING:
    from .clock import Clock
    from .collection import Collection

Size = Literal["small", "medium", "large"]
SIZES: tuple[Size, ...] = ("small", "medium", "large")
# The generated records end here, so that they are the same whenever the emulator runs; a clock set earlier moves it.
NEWEST_RECORD = datetime(2025, 6, 1, tzinfo=UTC)
SPAN = timedelta(days=730)

# name, zone, currency, first digits of record ids, active
_ORGANIZATIONS = (
    ("Banyan & Söhne Trading", Zone("Asia/Calcutta", 330), "INR", 460001, True),
    ("Puget Håndværk LLC", Zone("PST", -480, summer_time=True), "USD", 31403553, True),
    ("Closed Shop GmbH", Zone("Europe/Berlin", 60), "EUR", 9820004, False),
)
_SMALLER_LISTS = frozenset({"custom_modules", "opening_balance", "currencies"})


class World:
    """All organizations of the user, with their records."""

    def __init__(
        self, clock: Clock, seed: int, size: Size, sizes: Mapping[str, int], without_product: NoProduct = "57"
    ) -> None:
        """Lay out the organizations; records are made when somebody asks for them."""
        if without_product not in NO_PRODUCT:
            raise ValueError(f"without_product is {without_product!r}; expected one of: {', '.join(NO_PRODUCT)}.")
        if size not in SIZES:
            raise ValueError(f"size is {size!r}; expected one of: {', '.join(SIZES)}.")
        if unknown := set(sizes) - set(resources()):
            raise ValueError(f"no resource is called {', '.join(sorted(unknown))}.")
        self._clock, self._seed, self._size, self._sizes = clock, seed, size, dict(sizes)
        self._no_product = without_product
        self.newest = min(NEWEST_RECORD, clock.now() - timedelta(hours=1))
        self._organizations: dict[str, Organization] = {}
        for name, zone, currency, prefix, active in _ORGANIZATIONS:
            self.add_organization(name, zone, currency, prefix, active=active)

    def __iter__(self) -> Iterator[Organization]:
        """Walk over every organization, inactive ones too."""
        return iter(self._organizations.values())

    def add_organization(
        self, name: str, zone: Zone, currency: str, prefix: int, *, active: bool = True, oddity: Oddity | None = None
    ) -> Organization:
        """Open an organization; the first one is the user's default and has the most records."""
        odd = oddity or Oddity()
        place = len(self._organizations)
        row = self._row(place, name, zone, currency, active=active)
        organization = Organization(row, zone, prefix, self._seed)
        organization.become(odd)
        start, end = int((self.newest - SPAN).timestamp()), int(self.newest.timestamp())
        for resource in resources().values():
            if resource.entry != "organizations":
                records = odd.records(resource.name, self._records(resource.name, place))
                organization.fill(resource, records, start, end)
        row["currency_id"] = organization.collections["currencies"].generated(0, "currency_id")
        self._organizations[organization.id] = organization
        return organization

    def organization(self, organization_id: str) -> Organization:
        """Return an organization by its id."""
        if organization_id not in self._organizations:
            known = ", ".join(self._organizations)
            raise KeyError(f"no organization {organization_id!r}; there are: {known}.")
        return self._organizations[organization_id]

    def collection(self, resource: str, organization_id: str) -> Collection:
        """Return the records of one resource in one organization."""
        collections = self.organization(organization_id).collections
        if resource not in collections:
            raise KeyError(f"no resource {resource!r}; there are: organizations, {', '.join(collections)}.")
        return collections[resource]

    def called(self, organization_id: str | None, product: Product = "books") -> Organization:
        """Return the organization that a call of a product names, or refuse in Zoho's words."""
        if not organization_id:
            raise organization_not_chosen()
        if organization_id not in self._organizations:
            raise foreign_organization(organization_id)
        organization = self._organizations[organization_id]
        if not organization.active:
            raise inactive_organization()
        if product not in organization.products:
            refuse = NO_PRODUCT[self._no_product]
            raise refuse()
        return organization

    def today(self, organization: Organization) -> date:
        """Return the organization's own day."""
        return organization.zone.local(int(self._clock.seconds())).date()

    def _records(self, resource: str, place: int) -> int:
        """Return how many records an organization starts with: the first has all, the others half."""
        if resource in self._sizes:
            return self._sizes[resource]
        most = resources()[resource].sizes[self._size]
        return most if place == 0 or resource in _SMALLER_LISTS else (most + 1) // 2

    def _row(self, place: int, name: str, zone: Zone, currency: str, *, active: bool) -> dict[str, object]:
        opened = self.newest - SPAN - timedelta(days=30 * (place + 1))
        return {
            "organization_id": str(60_010_000_000 + self._seed % 10_000 * 1000 + place * 137 + 11),
            "name": name,
            "contact_name": "Élodie Okafor",
            "email": "books@example.com",
            "is_default_org": place == 0,
            "plan_type": 130,
            "tax_group_enabled": True,
            "zi_migration_status": 0,
            "plan_name": "PROFESSIONAL" if active else "FREE",
            "plan_period": "Monthly",
            "language_code": "en",
            "fiscal_year_start_month": 3,
            "account_created_date": opened.date().isoformat(),
            "account_created_date_formatted": opened.strftime("%d %b %Y"),
            "time_zone": zone.name,
            "is_org_active": active,
            "currency_id": "",
            "currency_code": currency,
            "currency_symbol": {"INR": "₹", "USD": "$"}.get(currency, "€"),
            "currency_format": "###,##0.00",
            "price_precision": 2,
        }
