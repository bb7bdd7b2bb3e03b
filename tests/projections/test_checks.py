"""Every invariant holds after every step of a month, and each is reported when it is broken."""

import pytest

from ledger.projector.follower import catch_up
from ledger.projector.projection import projections
from ledger.store.database import Role

ONE_INVOICE = "where number = 'US-2026-000001'"
FIRST_ENTRY = "where position = (select min(position) from journal_lines)"

BREAK = {
    "usage.hours_equal_rows": "update usage_hourly set sum = sum + 1",
    "usage.days_equal_rows": "update usage_daily set keys = keys + 1",
    "usage.keys_equal_rows": "update usage_keys set counted_last = 'epoch'",
    "usage.key_counts_equal_keys": "update usage_key_counts set keys = keys + 1",
    "usage.one_version_stands": "update usage_events set superseded_at = null",
    "usage.rows_equal_log": "delete from usage_events where id = 'e1'",
    "usage.completeness": "update usage_receipts set accepted = accepted - 1",
    "usage.dead_letters_counted": "update usage_receipts set dead_lettered = dead_lettered + 1",
    "subscriptions.subscriptions_have_accounts": "delete from accounts where account = 'beta'",
    "subscriptions.payers_share_entity_and_currency": (
        "update accounts set currency = 'EUR' where account = 'acme-lab'"
    ),
    "subscriptions.accounts_have_entities": "delete from entities",
    "subscriptions.changes_have_subscriptions": (
        "insert into subscription_changes values ('nobody', 2, 'acme', '2026-10-02', 'x', '{}', 1)"
    ),
    "subscriptions.account_changes_have_accounts": "delete from accounts where account = 'beta'",
    "subscriptions.entity_changes_have_entities": "delete from entities",
    "charges.versions_are_dense": "update charges set delta = delta + 1 where version = 2",
    "charges.windows_disjoint": (
        "with named as (select jsonb_build_object('charge', 'x', 'key', 'x', 'stream', "
        "gen_random_uuid()) as x), extra as (insert into charges select "
        "(jsonb_populate_record(c, x)).* from named, "
        "charges as c where c.charge = "
        "(select charge from charges where usage_facts > 0 order by position desc limit 1)) "
        "insert into charge_streams select (jsonb_populate_record(s, x || jsonb_build_object("
        "'period_from', s.period_from + 1))).* from named, charge_streams as s where s.charge = "
        "(select charge from charges where usage_facts > 0 order by position desc limit 1)"
    ),
    "charges.billed_by_lines": "update charge_streams set billed = billed + 1",
    "charges.sets_can_be_run_again": "delete from usage_events where id = 'e7'",
    "invoices.lines_sum_to_totals": f"update invoice_lines set net = net + 1 {ONE_INVOICE}",
    "invoices.credited_within_line": (
        f"update invoice_lines set credited_net = credited_net + 1 {ONE_INVOICE}"
    ),
    "invoices.numbers_have_no_gaps": f"delete from invoices {ONE_INVOICE}",
    "invoices.nothing_settled_twice": f"update invoices set open = -1 {ONE_INVOICE}",
    "receivables.balances_equal_items": "update balances set receivable = receivable + 1",
    "receivables.open_equals_entries": f"update open_items set open = open + 1 {ONE_INVOICE}",
    "receivables.receivables_equal_journal": (
        "update receivable_entries set receivable_carried = receivable_carried * 2"
    ),
    "receivables.settled_carry_nothing": "update open_items set open = 0",
    "receivables.balances_equal_entries": "update balances set unapplied = unapplied + 1",
    "receivables.unapplied_equals_journal": (
        "update journal_lines set amount = amount * 2 where account in ('2120', '2130')"
    ),
    "receivables.allowance_equals_journal": "update allowances set amount = amount + 1",
    "receivables.payments_equal_balances": "update payments set unapplied = unapplied + 1",
    "receivables.nothing_negative": "update balances set credit = -1 where account = 'acme'",
    "receivables.open_equals_invoices": f"update invoices set open = open + 1 {ONE_INVOICE}",
    "credits.grants_are_not_overdrawn": "update grants set used = -1",
    "credits.grants_equal_draws": "update grants set cost = cost + 1",
    "credits.price_is_spent_once": "update grants set breakage = -1",
    "credits.prepaid_equals_journal": "update grants set billed = billed + 1",
    "credits.prepaid_carried_at_one_exchange": (
        """update grants set exchange = '{"rate": "2", "inverted": false}', carried = 0.02"""
    ),
    "deferred_revenue.deferred_equals_journal": (
        "update revenue_schedules set deferred = deferred + 1"
    ),
    "deferred_revenue.recognised_equals_journal": (
        "update revenue_schedules set recognised = recognised + 1, deferred = deferred + 1"
    ),
    "intercompany.books_of_both_agree": (
        "update journal_lines set foreign_amount = foreign_amount + 1 where account = '1300'"
    ),
    "intercompany.balances_equal_journal": (
        "update intercompany_movements set payee_booked = payee_booked + 1"
    ),
    "intercompany.settled_carry_nothing": (
        "update intercompany_movements set payer_booked = -payer_booked"
    ),
    "deferred_revenue.schedules_equal_entries": (
        "update schedule_entries set deferred = deferred + 1"
    ),
    "subledgers.subledger_equals_journal": "update subledger_entries set amount = amount + 1",
    "subledgers.taxes_equal_documents": "update tax_entries set base = base + 1",
    "journal.entries_balance": f"update journal_lines set amount = amount + 1 {FIRST_ENTRY}",
    "journal.trial_balance_is_zero": "update trial_balance set debit = debit + 1",
    "journal.trial_balance_equals_lines": (
        "update trial_balance set debit = debit + 1, credit = credit + 1, account = '9' || account"
    ),
    "journal.balance_blocks_equal_trial_balance": "update balance_blocks set debit = debit + 1",
    "journal.one_currency": f"update journal_lines set currency = 'EUR' {FIRST_ENTRY}",
    "journal.periods_equal_changes": (
        "insert into period_changes values ('US', '2026-01', 'reopened', 1, now())"
    ),
    "journal.account_pairs_equal_entries": (
        "update account_pairs set first_positions = first_positions || 1"
    ),
    "journal.closed_periods_stand_still": (
        "insert into periods select entity, period, 'closed', null, 0, 1, 1, now() "
        "from journal_lines limit 1"
    ),
    "journal.closed_digests_hold": (
        "insert into periods select entity, period, 'closed', 'other', position, 1, 1, now() "
        "from journal_lines order by position desc limit 1"
    ),
    "journal.unbilled_equals_charges": "update charge_streams set accrued = accrued + 1",
    "journal.revaluations_are_taken_back": (
        f"update journal_lines set rule = 'receivable_revalued@1' {FIRST_ENTRY}"
    ),
    "journal.no_rounding_difference": (
        f"update journal_lines set account = '7090' {FIRST_ENTRY} and line = 1"
    ),
    "statements.statements_add_up": "update statements set closing = closing + 1",
    "statements.entries_are_counted": "update statement_entries set amount = amount + 1",
    "statements.captured_entries_are_payments": (
        "update statement_entries set document = 'none' where how = 'captured'"
    ),
    "statements.one_entry_per_document": (
        "update statement_entries set how = 'payout', document = 'po-1'"
    ),
    "statements.an_iban_has_one_entity": (
        "with renamed as (update statement_entries set bank_account = 'DE89370400440532013000') "
        "insert into bank_accounts values ('DE89370400440532013000', 'other', 1)"
    ),
    "chart.rules_are_numbered": "update posting_rules set version = version + 1",
    "chart.entries_go_by_their_rule": "update posting_rules set starts_on = '2030-01-01'",
    "chart.replaced_accounts_are_left_alone": (
        "update journal_lines set account = '5000' where account = '5005'"
    ),
    "chart.classes_stay": (
        "insert into chart_changes select (jsonb_populate_record(c, "
        '\'{"version": 9, "position": 0, "chart_class": "Income"}\')).* from chart_changes as c'
    ),
    "exports.members_equal_documents": "delete from export_members",
    "exports.members_or_pending": (
        "insert into export_pending select target, 'US', now()::date, position from export_members"
    ),
    "exports.documents_balance": "update export_documents set lines = lines - 0",
    "exports.documents_carry_their_entries": (
        "update journal_lines set account = '4000' where account = '4010'"
    ),
    "exports.revisions_run_from_one": "update export_revisions set revision = revision + 1",
    "entitlements.thresholds_were_reached": "update thresholds set quantity = 0",
    "entitlements.limits_have_accounts": "update spend_limits set currency = 'EUR'",
    "exceptions.days_equal_rows": "update usage_days set facts = facts + 1",
    "exceptions.windows_equal_charges": "update rated_windows set to_position = 0",
    "exceptions.unrated_days_equal_windows": "delete from unrated_days",
}


def test_the_invariants_hold_after_every_step(month):
    for step in (
        "catalog",
        "october",
        "bill",
        "correct",
        "pay",
        "export",
        "collect",
        "advance",
        "charge_within",
        "post_elsewhere",
    ):
        getattr(month, step)()
        assert month.violations() == [], step


def test_the_invariants_hold_when_a_new_price_splits_a_billed_period(month):
    month.catalog()
    month.october()
    month.bill()
    month.ask(
        "publish_plan", plan="pro", currency="USD", from_="2026-10-05", items=month.items("0.20")
    )
    month.ask("rate_usage", through="2026-11-02")
    month.ask("issue_invoices", through="2026-11-02", on="2026-11-02")

    assert month.violations() == []


def test_every_invariant_is_reported_when_it_is_broken(played):
    known = {f"{one.name}.{check.name}" for one in projections().values() for check in one.checks}
    assert known == BREAK.keys()
    catch_up(played.db)

    with played.db.transaction(Role.PROJECTOR) as tx:
        tx.execute("set local role ledger_reader")
        for name, broken in BREAK.items():
            projection, _, check = name.partition(".")
            (asked,) = [one for one in projections()[projection].checks if one.name == check]
            assert tx.execute(asked.sql).fetchall() == [], name
            with tx.conn.transaction(force_rollback=True):
                tx.execute("set local role ledger_projector")
                tx.execute(broken)
                assert tx.execute("set local role ledger_reader") is not None
                found = tx.execute(asked.sql).fetchall()
            assert found, f"{name} did not see it"


@pytest.mark.parametrize("name", sorted(projections()))
def test_every_statement_has_a_sentence(name):
    one = projections()[name]
    assert [check.name for check in one.checks if not check.sentence.endswith(".")] == []
