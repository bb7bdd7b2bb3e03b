"""What takes off a charge: discounts, promotional and prepaid credit; and what commitments add.

Owns which grant is drawn by what, what that costs, what becomes breakage, and the shortfall of a
commitment. Everything is a function of all charges, grants and discounts of an account as they are
known now, never of the order in which they came: whatever arrives late moves the draws to where
they would have been, and charges post the difference. Does not own prices (rating) nor documents.
"""
