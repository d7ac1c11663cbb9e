"""The report of a sync: from the messages of a read to a page that opens in any browser, without network."""
