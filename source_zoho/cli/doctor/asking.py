"""Which questions does the doctor ask, and in which order?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from source_zoho.availability import OK, PERMISSION, Finding
from source_zoho.cli.doctor.findings import Diagnosis, Product
from source_zoho.cli.progress import Steps
from source_zoho.cli.quiet import quiet_connector
from source_zoho.cli.terminal import notices
from source_zoho.configuration import PRODUCTS, problems, wants
from source_zoho.data_centers import DATA_CENTERS
from source_zoho.errors import ConfigProblem, ZohoError
from source_zoho.ledger import LEDGER, TITLES
from source_zoho.peers import migrated

if TYPE_CHECKING:
    from source_zoho.components.examination import Examination


def examined(config: Any, chosen: Sequence[str], steps: Steps, *, streams: bool) -> Diagnosis:
    """
    Return what is found with *config*; without *streams* the streams are not asked about.

    Raises ConfigProblem for a stream of *chosen* that there is not.
    """
    given = migrated(config) if isinstance(config, Mapping) else config
    diagnosis = Diagnosis(problems=problems(given))
    if diagnosis.problems:
        return diagnosis
    diagnosis.data_center = str(given["data_center"])
    with quiet_connector(), steps.step("Getting ready") as step:
        # Here, not at the top: this import brings the CDK, which takes a second or two.
        from source_zoho.components.examination import Examination

        products = [each for each in PRODUCTS if wants(given, each)]
        examination = Examination(given, products)
        _refuse_strangers(chosen, examination, products)
        step.update(", ".join(TITLES[each] for each in products))
    LEDGER.begin_run()
    with quiet_connector():
        _examine(examination, given, products, chosen, diagnosis, steps, streams=streams)
    diagnosis.calls = sum(cost.calls for cost in LEDGER.bill.costs.values())
    return diagnosis


def _examine(
    examination: Examination,
    config: Mapping[str, Any],
    products: Sequence[str],
    chosen: Sequence[str],
    diagnosis: Diagnosis,
    steps: Steps,
    *,
    streams: bool,
) -> None:
    _sign_in(examination, config, diagnosis, steps)
    if diagnosis.sign_in_problem:
        return
    for product in products:
        found = _organizations(examination, product, steps)
        diagnosis.products.append(found)
        if streams and not found.problem:
            diagnosis.findings += _streams(examination, found, chosen, steps)
        found.organizations = [examination.quota(each) for each in found.organizations]


def _sign_in(examination: Examination, config: Mapping[str, Any], diagnosis: Diagnosis, steps: Steps) -> None:
    with steps.step("Signing in") as step:
        try:
            diagnosis.signed_in_at = examination.sign_in() or DATA_CENTERS[diagnosis.data_center].api_url
            step.update(diagnosis.signed_in_at)
            return
        except ZohoError as error:
            diagnosis.sign_in_problem = str(error)
            step.update("refused")
            if not isinstance(error, ConfigProblem) or config.get("accounts_base_url"):
                return
    with steps.step("Trying the other data centres") as step:
        diagnosis.works_in = _elsewhere(config, diagnosis.data_center)
        step.update(diagnosis.works_in or "none takes it")


def _elsewhere(config: Mapping[str, Any], refused_in: str) -> str:
    """Return the data centre that takes the refresh token, or an empty text: each is Zoho's own, and asked once."""
    from source_zoho.components.connection import tokens

    for name in DATA_CENTERS:
        if name != refused_in:
            store = tokens({**config, "data_center": name})
            store.patient = False
            try:
                store.token()
            except ZohoError:
                continue
            return name
    return ""


def _organizations(examination: Examination, product: str, steps: Steps) -> Product:
    with steps.step(TITLES[product]) as step:
        try:
            organizations = examination.organizations(product)
        except ZohoError as error:
            step.update("cannot be read")
            return Product(product, problem=str(error))
        step.update("1 organization" if len(organizations) == 1 else f"{len(organizations)} organizations")
        return Product(product, organizations)


def _streams(examination: Examination, product: Product, chosen: Sequence[str], steps: Steps) -> list[Finding]:
    names = [name for name in examination.names(product.name) if not chosen or name in chosen]
    questions = examination.questions(names)
    asked = len(questions) * sum(each.active for each in product.organizations)
    if asked:
        unit = "credits" if product.name == "crm" else "calls"
        notices().print(f"Asking about the lists of {TITLES[product.name]}: about {asked:,} {unit}.", soft_wrap=True)
    with steps.step(f"Streams of {TITLES[product.name]}") as step:
        done: list[str] = []

        def news(name: str) -> None:
            done.append(name)
            step.update(name, len(done), len(questions))

        found = examination.findings(names, news)
        if product.name == "crm":
            found += _modules(examination, product, chosen)
        step.update(f"{len({each.stream for each in found}):,} streams")
    return found


def _modules(examination: Examination, product: Product, chosen: Sequence[str]) -> list[Finding]:
    """Return a finding for each module that the profile hides, and one for each that was asked for by name."""
    from source_zoho.crm.modules import HIDDEN
    from source_zoho.crm.names import stream_names

    listing = examination.modules()
    product.modules = len(listing.readable)
    hidden = [
        Finding("crm", name, "", PERMISSION, why=f"module {name}: {why}")
        for name, why in listing.left_out
        if why == HIDDEN and not chosen
    ]
    named = stream_names(listing.readable).values()
    return [
        *hidden,
        *(Finding("crm", name, "", OK, why="a module that can be read") for name in named if name in chosen),
    ]


def _refuse_strangers(chosen: Sequence[str], examination: Examination, products: Sequence[str]) -> None:
    known = {name for product in products for name in examination.names(product)}
    strangers = [name for name in chosen if name not in known and not (name.startswith("crm_") and "crm" in products)]
    if strangers:
        raise ConfigProblem(
            f"{', '.join(strangers)} is no stream of this configuration; `source-zoho discover` lists those that are, "
            "and products has to name their product."
        )
