"""The log: one append for every writer, the reads of one transaction, and the server beneath.

Owns connections, roles, migrations, the append and its locks, group commit, and the three tables
that are not facts. Does not own what a fact means, nor any projection.
"""
