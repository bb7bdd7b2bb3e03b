-- Whoever erases an account removes its personal data and the key of its digests.

grant delete on ledger.personal_data to ledger_writer;
