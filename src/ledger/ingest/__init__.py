"""Usage in: bytes become events, events become facts or dead letters, and nothing is lost.

Owns how usage events are read, checked and answered. Does not own how facts are appended (that is
the store's group commit), nor what a meter takes from an event (that is a rule, ``metering``).
"""
