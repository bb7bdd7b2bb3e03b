"""The types of the schema, one file per user and subject; rows of the reads fill them."""
