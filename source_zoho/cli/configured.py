"""Can the configuration in a file be used?"""

from collections.abc import Mapping
from typing import Any

from source_zoho.configuration import problems
from source_zoho.errors import ConfigProblem
from source_zoho.files import read_json
from source_zoho.peers import migrated


def usable_config(path: str) -> dict[str, Any]:
    """Return the configuration in the file at *path*. Raises ConfigProblem with all that is wrong with it."""
    config = read_json(path, "configuration")
    ours = migrated(config) if isinstance(config, Mapping) else config
    wrong = problems(ours)
    if wrong:
        raise ConfigProblem(" ".join(wrong))
    return dict(ours)
