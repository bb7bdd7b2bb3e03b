"""Rules of what entities of one group owe each other; no input or output."""
