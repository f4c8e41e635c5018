"""One technology and one port each. A provider's words and error codes end here."""
