"""A run on many machines: the same questions under Ray Data, a shared ledger, Parquet tables."""
