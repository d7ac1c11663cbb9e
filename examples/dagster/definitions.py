"""
How does each organization get a partition that is read by itself, beside the others, and keeps a state of its own?

The work is done by land.py of the PostgreSQL road: a schema for each organization, with its tables and its state.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import dagster as dg

CONFIG = Path(os.environ["ZOHO_CONFIG"])
STREAMS = os.environ["ZOHO_STREAMS"]
LAND = Path(__file__).resolve().parents[1] / "postgres_landing" / "land.py"
# The ids that `source-zoho doctor --config config.json` shows; the setting organization_ids names them.
ORGANIZATIONS = dg.StaticPartitionsDefinition(json.loads(CONFIG.read_text("utf-8"))["organization_ids"])


@dg.asset(
    partitions_def=ORGANIZATIONS,
    # What was committed is not read again: each try begins where the last one ended.
    retry_policy=dg.RetryPolicy(max_retries=2, delay=60, backoff=dg.Backoff.EXPONENTIAL),
)
def zoho(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """What Zoho has of one organization, in the schema zoho_ORGANIZATION."""
    organization = context.partition_key
    options = {"config": CONFIG, "streams": STREAMS, "organization": organization, "schema": f"zoho_{organization}"}
    command = [sys.executable, LAND, *(part for name, value in options.items() for part in (f"--{name}", value))]
    landed = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    counts = json.loads(landed.stdout)
    return dg.MaterializeResult(metadata={"records": sum(counts.values()), **counts})


every_organization = dg.define_asset_job("every_organization", [zoho])


@dg.schedule(cron_schedule="0 3 * * *", job=every_organization)
def nightly() -> list[dg.RunRequest]:
    """One run for each organization; dagster.yaml says how many at a time."""
    return [dg.RunRequest(partition_key=organization) for organization in ORGANIZATIONS.get_partition_keys()]


definitions = dg.Definitions(
    assets=[zoho],
    jobs=[every_organization],
    schedules=[nightly],
    executor=dg.in_process_executor,  # a run has one step, which starts the loader: it needs no process between
)
