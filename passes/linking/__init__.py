"""Which records are one person: found, kept through conversions, merges and deletions, decided by people in doubt."""
