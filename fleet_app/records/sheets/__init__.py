"""Tables in files: reading and writing CSV and XLSX, matching columns, reading cell texts."""
