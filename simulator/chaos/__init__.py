"""The kill test: real processes under a stream of first contacts, faults by seed, three ledgers compared."""
