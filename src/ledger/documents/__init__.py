"""Invoices and credit notes as people and other programs read them, and charges as FOCUS rows.

Owns the layouts (HTML, PDF), the electronic invoice (UBL, EN 16931) and the FOCUS columns: pure
functions of one ``Document``. Does not own any figure: every amount stands in a fact already.
"""
