"""The forms of a report: DOCX to be edited, PDF to be read, XLSX to be counted again; all three from one content."""
