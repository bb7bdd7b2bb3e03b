-- A dry run keeps the facts it would append in temporary tables, which the writer makes.

do $$ begin
    execute format('grant temporary on database %I to ledger_writer', current_database());
end $$;
