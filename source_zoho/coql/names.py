"""
How are the API names of fields and modules written in a query?

Words that SQL keeps for itself are quoted as columns, or Zoho answers SYNTAX_ERROR, and have an exclamation mark before
them as modules. Zoho publishes no list of them; ``External``, the one of its example, is reserved in the SQL standard,
so the words of the standard are taken. A quoted column that needed no quotes is the same column.
"""

from __future__ import annotations

import re

_API_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_PATH = re.compile(r"!?[A-Za-z_$][A-Za-z0-9_$]*(?:(?:\.|->)[A-Za-z_$][A-Za-z0-9_$]*)*")

_WORDS = """
abs all allocate alter and any are array as asensitive asymmetric at atomic authorization avg begin between bigint
binary blob boolean both by call called cardinality cascaded case cast ceil ceiling char character check clob close
coalesce collate collect column commit condition connect constraint convert corr corresponding count create cross
cube current cursor cycle date day deallocate dec decimal declare default delete dense_rank deref desc describe
deterministic disconnect distinct double drop dynamic each element else end escape every except exec execute exists
exp explain external extract false fetch filter first_value float floor for foreign free from full function fusion
get global grant group grouping having hold hour identity import in indicator initial inner inout insensitive insert
int integer intersect intersection interval into is join language large last_value lateral leading left like limit
ln local localtime localtimestamp lower match max member merge method min minute mod modifies module month multiset
national natural nchar nclob new next no none normalize not null nullif numeric octet_length of offset old on only
open or order out outer over overlaps overlay parameter partition position power precision prepare primary procedure
range rank reads real recursive ref references referencing release reset result return returns revoke right rollback
rollup row row_number rows savepoint scope scroll search second select sensitive session_user set show similar
smallint some specific specifictype sql sqlexception sqlstate sqlwarning sqrt start static stream submultiset
substring sum symmetric system table tablesample then time timestamp to trailing translate translation treat trigger
trim true truncate uescape union unique unknown unnest update upper upsert user using value values varbinary varchar
varying when whenever where width_bucket window with within without year
"""
RESERVED = frozenset(_WORDS.split())


def column(name: str) -> str:
    """
    Return the column *name*: a field, one of a module that a lookup leads to (``Owner.email``), or of one of several
    (``What_Id->Accounts.Account_Name``). Raises ValueError when it is no API name.
    """
    if not is_path(name):
        raise ValueError(f"{name!r} is no API name of a field")
    return f"'{name}'" if "->" in name or is_reserved(name) else name


def module(api_name: str) -> str:
    """Return the module *api_name*. Raises ValueError when it is no API name."""
    if not _API_NAME.fullmatch(api_name):
        raise ValueError(f"{api_name!r} is no API name of a module")
    return f"!{api_name}" if is_reserved(api_name) else api_name


def is_path(name: str) -> bool:
    """Tell whether *name* can be that of a column."""
    return _PATH.fullmatch(name) is not None


def is_reserved(word: str) -> bool:
    """Tell whether *word* means something else in a query, in small letters or capitals."""
    return word.casefold() in RESERVED
