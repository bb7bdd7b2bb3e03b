"""What a command and its answer look like: the envelope, the kinds of value, every fault of form.

Owns the record that every command extends, how a body becomes one, and the answer with the effect
of a dry run. Does not own any command, nor does it read anything.
"""
