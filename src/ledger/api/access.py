"""Who may ask for what: roles, their scopes, and the principal behind a request.

Nothing is allowed unless a scope says so; every root field of the schema and every route names the
scope that it needs. A portal principal is bound to one account, and the database holds it to it.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.errors import BadValue, Forbidden, MissingField
from ledger.store.database import Role as DatabaseRole


class Role(StrEnum):
    """The users of the service; ``ingest`` is a product system that writes usage and gates it."""

    INGEST = "ingest"
    PORTAL = "portal"
    AUDITOR = "auditor"
    ERP = "erp"
    ADMIN = "admin"


class Scope(StrEnum):
    """What a key may do."""

    VIEWER = "viewer:read"
    USAGE_WRITE = "usage:write"
    USAGE_READ = "usage:read"
    ENTITLEMENT_READ = "entitlement:read"
    BILLING_READ = "billing:read"
    LEDGER_READ = "ledger:read"
    LINEAGE_READ = "lineage:read"
    EXPORT_READ = "export:read"
    EXPORT_ANSWER = "export:answer"
    ADMIN_READ = "admin:read"
    COMMAND = "command:execute"
    PROJECTION_MANAGE = "projection:manage"
    SCHEMA_READ = "schema:read"


_ACCOUNT_READS = frozenset(
    {Scope.VIEWER, Scope.USAGE_READ, Scope.BILLING_READ, Scope.ENTITLEMENT_READ}
)
_AUDIT_READS = frozenset({Scope.LEDGER_READ, Scope.LINEAGE_READ, Scope.SCHEMA_READ})

SCOPES: Final[dict[Role, frozenset[Scope]]] = {
    Role.INGEST: frozenset({Scope.USAGE_WRITE, Scope.ENTITLEMENT_READ}),
    Role.PORTAL: _ACCOUNT_READS,
    Role.AUDITOR: _ACCOUNT_READS | _AUDIT_READS | {Scope.EXPORT_READ},
    Role.ERP: frozenset({Scope.VIEWER, Scope.EXPORT_READ, Scope.EXPORT_ANSWER, Scope.SCHEMA_READ}),
    Role.ADMIN: frozenset(Scope),
}


@dataclass(frozen=True)
class Principal:
    """The holder of a verified key."""

    key_id: str
    role: Role
    account: str | None = None

    @property
    def scopes(self) -> frozenset[Scope]:
        """Everything that this principal may do."""
        return SCOPES[self.role]

    @property
    def actor(self) -> str:
        """The name that facts carry for what this principal does."""
        return f"key:{self.key_id}"

    @property
    def database_role(self) -> DatabaseRole:
        """The database's role for the reads of this principal: the second lock."""
        return DatabaseRole.PORTAL if self.role is Role.PORTAL else DatabaseRole.READER

    def require(self, scope: Scope) -> None:
        """Raise Forbidden unless this principal has the scope."""
        if scope not in self.scopes:
            raise Forbidden(scope=scope.value)


def checked_role(role: str, account: str | None) -> Role:
    """Return the role of a key to be made; only portal keys have an account, and they must."""
    if role not in set(Role):
        raise BadValue(field="role", why=f"There is no role {role}; use one of {', '.join(Role)}.")
    if role == Role.PORTAL and account is None:
        raise MissingField(field="account", name="account")
    if role != Role.PORTAL and account is not None:
        raise BadValue(field="account", why="Only a portal key is bound to an account.")
    return Role(role)
