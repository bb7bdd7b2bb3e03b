"""What the ERP is told: journal entries grouped into documents, and documents as content.

Owns the grouping, the ids, the content and what an answer of the ERP means. Does not own when it
happens nor where it is kept. What was sealed is a fact: a rebuild never regroups it, and the same
entries always make the same ids and bytes.
"""
