-- Readers may see since when personal data holds: a document shows its buyer as at its issue.

grant select (recorded_at) on ledger.personal_data to ledger_reader;
