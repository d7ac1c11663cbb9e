"""Which questions does the doctor ask, and in which order?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from source_zoho.availability import Finding
from source_zoho.cli.doctor.findings import Diagnosis, Product
from source_zoho.cli.doctor.modules import Modules
from source_zoho.cli.doctor.strangers import refuse
from source_zoho.cli.progress import Step, Steps
from source_zoho.cli.quiet import quiet_connector
from source_zoho.cli.terminal import notices
from source_zoho.configuration import PRODUCTS, problems, wants
from source_zoho.data_centers import DATA_CENTERS
from source_zoho.errors import ZohoError
from source_zoho.ledger import LEDGER, TITLES
from source_zoho.oauth.refusals import NotTaken
from source_zoho.oauth.tokens import Grant
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
        known = [name for product in products for name in examination.names(product)]
        modules = Modules(given, [name for name in chosen if name not in known] if "crm" in products else [])
        refuse([name for name in chosen if name not in known and not modules.may_know(name)], known)
        step.update(", ".join(TITLES[each] for each in products))
    LEDGER.begin_run()
    with quiet_connector():
        doctor = _Doctor(examination, modules, chosen, steps, streams=streams)
        doctor.examine(given, products, diagnosis)
    diagnosis.calls = sum(cost.calls for cost in LEDGER.bill.costs.values())
    return diagnosis


class _Doctor:
    """Asks about *chosen* streams (none: all), and tells each of its steps."""

    def __init__(
        self, examination: Examination, modules: Modules, chosen: Sequence[str], steps: Steps, *, streams: bool
    ) -> None:
        self._examination = examination
        self._modules = modules
        self._chosen = chosen
        self._steps = steps
        self._asks_about_streams = streams

    def examine(self, config: Mapping[str, Any], products: Sequence[str], diagnosis: Diagnosis) -> None:
        """Add to *diagnosis* what is found."""
        self._sign_in(config, diagnosis)
        if diagnosis.sign_in_problem:
            return
        if "crm" in products and self._asks_about_streams:
            self._modules.look_up(self._chosen, self._examination.names("crm"))
        for product in products:
            found = self._organizations(product)
            diagnosis.products.append(found)
            if found.can_be_asked and self._asks_about_streams:
                diagnosis.findings += self._streams(found)
            elif found.can_be_asked and product != "crm":
                self._quota(product)
            found.organizations = [self._examination.quota(each) for each in found.organizations]

    def _sign_in(self, config: Mapping[str, Any], diagnosis: Diagnosis) -> None:
        with self._steps.step("Signing in") as step:
            try:
                diagnosis.signed_in_at = self._examination.sign_in() or DATA_CENTERS[diagnosis.data_center].api_url
                step.update(diagnosis.signed_in_at)
                return
            except ZohoError as error:
                diagnosis.sign_in_problem = str(error)
                step.update("refused")
                if not isinstance(error, NotTaken) or config.get("accounts_base_url"):
                    return
        with self._steps.step("Trying the other data centres") as step:
            diagnosis.works_in = _elsewhere(config, diagnosis.data_center)
            step.update(diagnosis.works_in or "none takes it")

    def _organizations(self, product: str) -> Product:
        with self._steps.step(TITLES[product]) as step:
            try:
                told = self._examination.organizations(product)
            except ZohoError as error:
                step.update("cannot be read")
                return Product(product, problem=str(error), can_be_asked=False)
            step.update("does not tell its organization" if told.remark else _counted(len(told.found), "organization"))
            can_be_asked = product == "crm" or any(each.active for each in told.found)
            return Product(product, told.found, told.problem, told.remark, can_be_asked=can_be_asked)

    def _quota(self, product: str) -> None:
        with self._steps.step(f"What is left of the day in {TITLES[product]}"):
            self._examination.ask_for_quota(product)

    def _streams(self, product: Product) -> list[Finding]:
        names = [name for name in self._examination.names(product.name) if not self._chosen or name in self._chosen]
        in_crm = product.name == "crm"
        if not names and not (in_crm and self._modules.wanted):
            return []
        questions = self._examination.questions(names)
        active = 1 if in_crm else sum(each.active for each in product.organizations)
        calls = self._examination.calls(names, organizations=active, modules=self._modules.readable or 0)
        calls += self._modules.credits if in_crm else 0
        if calls:
            unit = "credit" if in_crm else "call"
            about = f"Asking about the lists of {TITLES[product.name]}: about {_counted(calls, unit)}."
            notices().print(about, soft_wrap=True)
        with self._steps.step(f"Streams of {TITLES[product.name]}") as step:
            news = _News(step, len(questions) + (len(self._modules.names) if in_crm else 0))
            found = self._examination.findings(names, news)
            if in_crm:
                found += self._modules.findings(news)
                product.modules, product.problem = self._modules.readable, product.problem or self._modules.problem
            step.update(_counted(len({each.stream for each in found}), "stream"))
        return found


class _News:
    """Tells how many of the questions of a *step* have been asked."""

    def __init__(self, step: Step, total: int) -> None:
        self._step, self._total, self._done = step, total, 0

    def __call__(self, name: str) -> None:
        self._done += 1
        self._step.update(name, self._done, self._total)


def _elsewhere(config: Mapping[str, Any], refused_in: str) -> str:
    """Return the data centre that takes the refresh token, or an empty text: each is Zoho's own, and asked once."""
    others = (name for name in DATA_CENTERS if name != refused_in)
    return next((name for name in others if Grant.of({**config, "data_center": name}).ask().token("access_token")), "")


def _counted(number: int, thing: str) -> str:
    return f"1 {thing}" if number == 1 else f"{number:,} {thing}s"
