"""What may be changed: the commands of the contract, and the care of projections."""
