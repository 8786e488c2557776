"""The name under which the error of a contract is known to callers of this package; nothing else belongs here."""

from contract_files.errors import ContractError

__all__ = ["ContractError"]
