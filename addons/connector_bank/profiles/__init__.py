"""Bank tables (CSV, XLSX) read through layouts that are data: what a bank calls its columns, and how it writes."""
