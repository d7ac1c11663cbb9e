"""What does the doctor find of the modules of CRM, and of the queries of the configuration?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from source_zoho.availability import Finding
from source_zoho.cli.doctor.strangers import refuse
from source_zoho.coql.wanted import streams as query_streams
from source_zoho.crm.names import PREFIX
from source_zoho.errors import ConfigProblem, ZohoError

if TYPE_CHECKING:
    from source_zoho.components.crm_examination import ModuleExamination

_MODULES_OF_A_CALL = 5


class Modules:
    """
    Answers for streams that no row of the manifest declares; *chosen* are those that were asked for by name.

    ``problem`` is why modules cannot be read at all, and ``readable`` how many can.
    """

    def __init__(self, config: Mapping[str, Any], chosen: Sequence[str]) -> None:
        self._config = config
        self._chosen = list(dict.fromkeys(chosen))
        self._queries = sorted(query_streams(config))
        self._hidden: list[str] = []
        self._examination: ModuleExamination | None = None
        self.names: list[str] = []
        self.problem = ""
        self.readable: int | None = None

    def may_know(self, name: str) -> bool:
        """Tell whether *name* may be one of these, as far as nobody is asked."""
        return name in self._chosen and name.startswith(PREFIX)

    @property
    def wanted(self) -> bool:
        """Whether there is anything to say of them."""
        return bool(self.names or self._hidden or self.problem)

    @property
    def credits(self) -> int:
        """About how many credits it costs to ask about ``names``: one each, and one for the fields of five modules."""
        return len(self.names) + -(-len(self._modules) // _MODULES_OF_A_CALL)

    @property
    def _modules(self) -> list[str]:
        return [name for name in self.names if name not in self._queries]

    def look_up(self, asked: Sequence[str], known: Sequence[str]) -> None:
        """
        Find out which there are, unless only others were *asked* for.

        Raises ConfigProblem for one that there is not, nor among the others that are *known*.
        """
        if asked and not self._chosen:
            return
        self.names = [name for name in self._queries if not asked or name in self._chosen]
        wanted = [name for name in self._chosen if name not in self._queries]
        if wanted or not asked:
            self._look_up_modules(wanted, known)

    def _look_up_modules(self, wanted: Sequence[str], known: Sequence[str]) -> None:
        from source_zoho.components.crm_examination import ModuleExamination

        examination = ModuleExamination(self._config)
        try:
            streams = examination.streams()
        except ZohoError as error:
            self.problem = str(error)
            return
        self._examination, self.readable = examination, len(streams)
        hidden = examination.hidden()
        _refuse_left_out({name: examination.why_not(name) for name in wanted if name not in {*streams, *hidden}})
        refuse(
            [name for name in wanted if name not in {*streams, *hidden}], [*streams, *hidden, *self._queries, *known]
        )
        self._hidden = [name for name in hidden if not self._chosen or name in wanted]
        self.names += [name for name in streams if not self._chosen or name in wanted]

    def findings(self, news: Callable[[str], None]) -> list[Finding]:
        """Return what is found of them."""
        from source_zoho.components import crm_examination

        found = crm_examination.queries(self._config, [name for name in self.names if name in self._queries], news)
        if self._examination:
            try:
                found += self._examination.findings(self._modules, news)
            except ZohoError as error:
                self.problem = str(error)
        return [*found, *crm_examination.hidden(self._hidden)]


def _refuse_left_out(reasons: Mapping[str, str]) -> None:
    """Raise ConfigProblem for modules that are there and give no stream, with the reason of each."""
    told = [f"{name} is no stream: {reason}" for name, reason in reasons.items() if reason]
    if told:
        raise ConfigProblem(" ".join(told))
