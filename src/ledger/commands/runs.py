"""A run: a command over many accounts that commits in batches and survives being killed.

The first batch appends ``command.started``, the last thing is ``command.accepted``; every fact of
the run names the key in its meta. Whoever comes again with the key goes on where it stopped: the
facts there are say what is done, so nothing is done twice.
"""
