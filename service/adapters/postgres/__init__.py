"""The ledger on PostgreSQL: tables, migrations, and the transaction that the use cases speak to."""
