"""What happened: every fact the log can hold, as frozen records with stable names.

Owns the shapes, names and versions of facts. Does not own where they are stored or what follows
from them. A fact, once written, keeps its meaning for ever; a new shape is a new version.
"""
