"""The Django side: rows, ledger, services, doors."""
