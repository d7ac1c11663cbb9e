"""The classes that ``manifest.yaml`` names: what a declarative manifest cannot say, each with a test of its own."""

from source_zoho.components.authenticator import ZohoAuthenticator
from source_zoho.components.coql_queries import PrepareQueries, QueryRetriever, QuerySchemaLoader
from source_zoho.components.crm_bulk_errors import BulkErrorHandler
from source_zoho.components.crm_children import ModulesOfRecords, RecordChildrenRetriever
from source_zoho.components.crm_deleted import DeletedRecordsRetriever
from source_zoho.components.crm_errors import CrmErrorHandler
from source_zoho.components.crm_fields import FieldsRetriever
from source_zoho.components.crm_lists import CrmListRetriever
from source_zoho.components.crm_module import ModuleRetriever
from source_zoho.components.crm_modules import ModuleRouter, ModuleSchemaLoader, ModulesRetriever
from source_zoho.components.crm_organization import CrmOrganizationRouter
from source_zoho.components.crm_requester import CrmRequester
from source_zoho.components.custom_field_list import CustomFieldsRetriever
from source_zoho.components.custom_fields import GatherCustomFields
from source_zoho.components.deletions import DeletionsRetriever, TrackingOrganizations
from source_zoho.components.details import BulkDetailRetriever, DetailRetriever
from source_zoho.components.errors import ZohoErrorHandler
from source_zoho.components.follow import FollowRetriever
from source_zoho.components.migration import MigratePeerConfig
from source_zoho.components.organizations import OrganizationRouter
from source_zoho.components.records import AddPartitionFields, KeyExtractor, SchemaNormalizer
from source_zoho.components.reports import ReportRetriever
from source_zoho.components.requester import ZohoRequester
from source_zoho.components.retriever import ListRetriever
from source_zoho.components.schemas import SchemaFileLoader
from source_zoho.components.state import KeepHistoryOfNewPartitions
from source_zoho.components.webhook_events import WebhookEventsRetriever

__all__ = [
    "AddPartitionFields",
    "BulkDetailRetriever",
    "BulkErrorHandler",
    "CrmErrorHandler",
    "CrmListRetriever",
    "CrmOrganizationRouter",
    "CrmRequester",
    "CustomFieldsRetriever",
    "DeletedRecordsRetriever",
    "DeletionsRetriever",
    "DetailRetriever",
    "FieldsRetriever",
    "FollowRetriever",
    "GatherCustomFields",
    "KeepHistoryOfNewPartitions",
    "KeyExtractor",
    "ListRetriever",
    "MigratePeerConfig",
    "ModuleRetriever",
    "ModuleRouter",
    "ModuleSchemaLoader",
    "ModulesOfRecords",
    "ModulesRetriever",
    "OrganizationRouter",
    "PrepareQueries",
    "QueryRetriever",
    "QuerySchemaLoader",
    "RecordChildrenRetriever",
    "ReportRetriever",
    "SchemaFileLoader",
    "SchemaNormalizer",
    "TrackingOrganizations",
    "WebhookEventsRetriever",
    "ZohoAuthenticator",
    "ZohoErrorHandler",
    "ZohoRequester",
]
