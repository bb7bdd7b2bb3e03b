"""From any journal line down to the usage events behind it, and from any event up to every line.

Owns the walk along causes and the proof of usage sets. Does not own the causes themselves: every
fact carries its own. Nothing is stored for lineage; both directions read the log and projections.

    journal line <- journal entry <- invoice line <- charge <- usage set <- usage events
                                                     charge <- price, subscription, account, meter
"""

from ledger.lineage.down import down
from ledger.lineage.nodes import Node, UsageSetView, as_json
from ledger.lineage.up import up
from ledger.lineage.usage_set import usage_page

__all__ = ["Node", "UsageSetView", "as_json", "down", "up", "usage_page"]
