"""Rules of looking at all entities as one group, in one currency; no input or output."""
