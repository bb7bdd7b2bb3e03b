"""What is billed: drafts of invoices and credit notes from what was charged and billed before.

Owns which document a change of a charge goes on, the tax of a document and its split to lines, and
how numbers are given. Does not own charges (rating), balances (receivables) or the books (posting).
Lines always sum to their document, and no invoice is ever credited beyond itself.
"""
