"""The doors for the four users: GraphQL, the ERP's plain feed, and the keys that open them.

Owns what callers see: schema, scopes, cursors, limits. It decides nothing about money; reads are
named queries of ``ledger.reads``, changes are commands of ``ledger.commands``.
"""
