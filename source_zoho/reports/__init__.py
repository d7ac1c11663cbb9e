"""What does a report of Books say, line by line, and about which time? Zoho documents none of their shapes."""

from source_zoho.reports.lines import Line, lines
from source_zoho.reports.periods import Asked, Period, basis_of, period_of, today_in
from source_zoho.reports.zones import zone_of

__all__ = ["Asked", "Line", "Period", "basis_of", "lines", "period_of", "today_in", "zone_of"]
