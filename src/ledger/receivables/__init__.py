"""What customers owe: open invoices, money not applied, and credit, folded from one stream.

Owns how a payment and a credit note meet invoices. Does not own the documents (invoicing) nor the
entries (posting). Nothing is ever applied twice, and nothing beyond what is open.
"""
