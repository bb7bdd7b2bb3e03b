"""The rules of machines that play with cash: whatever customers and their banks may do.

A machine says whose accounts there are, in which currencies, and which day it is. What is asked for
is likely, or it proves little: payments that have something left, invoices with something open. A
refusal has a code that an accountant would expect, and appends nothing.
"""

import itertools
from collections import Counter, defaultdict
from decimal import Decimal

from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from ledger.money import digits
from ledger.posting.rules import RULES

PLACES = {"1000": "1005", "1010": "1015", "5000": "5005", "5010": "5015", "5100": "5105",
          "7000": "7005", "4090": "4095", "4030": "4035"}  # fmt: skip
CLASSES = {"1": "Assets", "4": "Income", "5": "Expenses", "7": "Income"}

units = st.integers(1, 20_000)
shares = st.sampled_from(["0.25", "0.5", "1", "1", "1.5"])
sources = st.sampled_from(["credit_balance", "unapplied_cash"])
vias = st.sampled_from(["bank", "psp"])
which = st.integers(0, 10**6)
posting_rules = st.sampled_from(sorted(name for name, roles in RULES.items() if roles))


class CashRules(RuleBasedStateMachine):
    """Customers who do with their money whatever they like, and what the books make of it."""

    playing = None  # how to get a player over a fresh database
    HOMES: dict[str, str]  # the entity of each account
    AGREED: dict[str, str]  # its currency
    BOOKS: dict[str, str]  # the currency of each entity
    REFUSALS = frozenset({
        "AMOUNT_TOO_LARGE", "INVOICE_SETTLED", "NOTHING_TO_APPLY", "PAYMENT_SPENT",
        "PAYMENT_DISPUTED", "DISPUTE_DECIDED", "NOTHING_CHANGED", "NOT_WRITTEN_OFF", "TOO_EARLY",
        "UNKNOWN_INVOICE",
    })  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._opened = type(self).playing(())
        self.play = self._opened.__enter__()
        self.ids = itertools.count(1)
        self.payments, self.disputes = [], []
        self.cash = defaultdict(Decimal)
        self.fees = defaultdict(Decimal)
        self.answers = Counter()

    def another_chart(self):
        """Add an account beside each that a posting rule may put another in the place of."""
        others = [{"account": code, "name": code, "class": CLASSES[code[0]]}
                  for code in PLACES.values()]  # fmt: skip
        self.play.do("change_chart", from_="2026-01-01", accounts=others)

    @rule(whose=which, amount=units, via=vias, later=st.booleans())
    def pay(self, whose, amount, via, later):
        payment, account = f"p-{next(self.ids)}", self._account(whose)
        apply, amount = {"apply": []} if later else {}, self._money(account, amount)
        if self._ask("capture_payment", payment=payment, account=account, amount=amount,
                     currency=self.AGREED[account], via=via, **apply):  # fmt: skip
            self.payments.append((payment, account))
            self.cash[self.HOMES[account]] += Decimal(amount)

    @precondition(lambda self: self.payments)
    @rule(number=which, amount=st.none() | units)
    def return_(self, number, amount):
        payment, account = self._payment(number)
        part = {} if amount is None else {"amount": self._money(account, amount)}
        if self._ask("return_payment", payment=payment, code="R01", **part):
            query = """select (data ->> 'amount')::numeric from ledger.log
                       where lane = 0 and type = 'payment.returned/1'
                       order by position desc limit 1"""
            self.cash[self.HOMES[account]] -= self.play.rows(query)[0][0]

    @precondition(lambda self: self.payments)
    @rule(number=which, share=shares, fee=st.sampled_from([0, 15]))
    def dispute(self, number, share, fee):
        self._dispute(*self._payment(number), share, fee)

    @rule(whose=which, share=shares, via=vias, less=st.none() | st.integers(1, 9_000),
          spends=st.booleans())  # fmt: skip
    def pay_and_lose(self, whose, share, via, less, spends):
        """A customer pays all that is open, and his bank takes a part of it back for good.

        Meanwhile it may turn out that less was owed, and some of that credit may be paid out.
        """
        account = self._account(whose, lambda state: state.open_items)
        owed = sum(self.play.state(account).open_amounts.values())
        payment = f"p-{next(self.ids)}"
        if not owed or not self._ask("capture_payment", payment=payment, account=account, via=via,
                                     amount=str(owed), currency=self.AGREED[account]):  # fmt: skip
            return
        self.payments.append((payment, account))
        self.cash[self.HOMES[account]] += owed
        if dispute := self._dispute(payment, account, share, 0):
            if less is not None:
                self.find_less(account, less)
            if spends:
                self._refund(account, "0.25", "credit_balance", via)
            self._ask("close_dispute", dispute=dispute, outcome="lost")

    def _dispute(self, payment, account, share, fee):
        """Dispute a share of what is left of a payment; return the dispute, if there is one."""
        amount = self._part(account, self.play.state(account).payments[payment].left, share)
        dispute = f"d-{next(self.ids)}"
        if self._ask("open_dispute", dispute=dispute, payment=payment, amount=str(amount),
                     fee=str(fee)):  # fmt: skip
            self.disputes.append((dispute, account, amount))
            self.cash[self.HOMES[account]] -= amount + fee
            self.fees[self.HOMES[account]] += fee
            return dispute
        return None

    @precondition(lambda self: self.disputes)
    @rule(number=which, outcome=st.sampled_from(["won", "lost"]))
    def decide(self, number, outcome):
        is_open = [one for one in self.disputes if one[0] in self.play.state(one[1]).disputes]
        dispute, account, amount = self._pick(is_open or self.disputes, number)
        if self._ask("close_dispute", dispute=dispute, outcome=outcome) and outcome == "won":
            self.cash[self.HOMES[account]] += amount

    @rule(whose=which, share=shares, source=sources, via=vias)
    def refund(self, whose, share, source, via):
        account = self._account(whose, lambda state: state.free or state.credit_balance)
        self._refund(account, share, source, via)

    def _refund(self, account, share, source, via):
        state = self.play.state(account)
        has = state.free if source == "unapplied_cash" else state.credit_balance
        amount = self._part(account, has, share)
        if self._ask("refund", refund=f"r-{next(self.ids)}", account=account, amount=str(amount),
                     via=via, from_=source):  # fmt: skip
            self.cash[self.HOMES[account]] -= amount

    @rule(whose=which, number=which, source=sources, amount=st.none() | units)
    def apply(self, whose, number, source, amount):
        account = self._account(
            whose, lambda state: state.open_items and (state.free or state.credit_balance)
        )
        part = {} if amount is None else {"amount": self._money(account, amount)}
        invoice = self._invoice(account, number, lambda item: item.open)
        self._ask("apply_balance", account=account, invoice=invoice, from_=source, **part)

    @rule(whose=which, own=st.booleans(), amount=st.integers(-5_000, 9_000).filter(bool))
    def set_aside(self, whose, own, amount):
        account = self._account(whose)
        entity = self.HOMES[account]
        amount = str(Decimal(amount).scaleb(-digits(self.BOOKS[entity])))
        self._ask("adjust_allowance", entity=entity, amount=amount,
                  **({"account": account} if own else {}))  # fmt: skip

    @rule(whose=which, number=which)
    def give_up(self, whose, number):
        account = self._account(whose, lambda state: state.open_items)
        self._ask("write_off", invoice=self._invoice(account, number, lambda item: item.open))

    @rule(whose=which, number=which, amount=units)
    def recover(self, whose, number, amount):
        account = self._account(
            whose, lambda state: any(item.given_up for item in state.items.values())
        )
        invoice = self._invoice(account, number, lambda item: item.given_up)
        self._ask("recover_write_off", invoice=invoice, amount=self._money(account, amount))

    @rule(whose=which, amount=units, back=st.booleans())
    def fail_and_pay_out(self, whose, amount, back):
        """What moves no customer's balance: a declined card, and a payout or its debit."""
        account = self._account(whose)
        currency = self.BOOKS[self.HOMES[account]]
        self.play.do("fail_payment", payment=f"f-{next(self.ids)}", account=account, on=self.on,
                     amount=self._money(account, amount), code="declined")  # fmt: skip
        amount = Decimal(-amount if back else amount).scaleb(-digits(currency))
        self._ask("settle_payout", payout=f"o-{next(self.ids)}", entity=self.HOMES[account],
                  amount=str(amount), fee="3", currency=currency)  # fmt: skip

    @rule(name=posting_rules, mask=which, back=st.integers(0, 20), whose=st.none() | which)
    def post_elsewhere(self, name, mask, back, whose):
        """Some accounts of a rule give way to others, from a day on, for one entity or all."""
        codes = sorted(RULES[name].values())
        chosen = {code: PLACES[code] for place, code in enumerate(codes) if mask >> place & 1}
        of = {} if whose is None else {"entity": self.HOMES[self._account(whose)]}
        self._ask("change_posting_rule", rule=name, accounts=chosen,
                  from_=self.before(back), **of)  # fmt: skip

    def find_less(self, account: str, quantity: int) -> None:
        """Let an account owe less than it was billed, by so many units."""
        raise NotImplementedError

    def before(self, days: int) -> str:
        """Return a day before the current one on which books are kept."""
        raise NotImplementedError

    def _ask(self, command, **fields) -> bool:
        """Ask for what may be refused; a refusal has a code and appends nothing."""
        head = self.play.ledger.books.head()
        answer = self.play.ask(command, **{"on": self.on, **fields})
        refused = answer.status != "accepted"
        code = answer.error.code if refused else "accepted"
        event(f"{command}: {code}")
        self.answers[command, code] += 1
        if refused:
            assert code in self.REFUSALS, answer
            assert self.play.ledger.books.head() == head
        return not refused

    def _account(self, number, fits=None) -> str:
        """Pick an account, one that fits if there is any."""
        choices = sorted(self.HOMES)
        fitting = [name for name in choices if fits and fits(self.play.state(name))]
        return self._pick(fitting or choices, number)

    def _payment(self, number):
        """Pick a payment, one that may go back if there is any."""
        fitting = [
            (payment, account) for payment, account in self.payments
            if (paid := self.play.state(account).payments[payment]).left and not paid.dispute
        ]  # fmt: skip
        return self._pick(fitting or self.payments, number)

    def _invoice(self, account, number, fits) -> str:
        items = self.play.state(account).items.values()
        choices = [item for item in items if fits(item)] or list(items)
        return self._pick(choices, number).invoice if choices else "none"

    def _money(self, account, amount) -> str:
        return str(Decimal(amount).scaleb(-digits(self.AGREED[account])))

    def _part(self, account, whole, share) -> Decimal:
        """Return a share of an amount, at least a minor unit: above one it is more than it has."""
        unit = Decimal(1).scaleb(-digits(self.AGREED[account]))
        return max(whole * Decimal(share), unit).quantize(unit)

    @staticmethod
    def _pick(choices, number):
        return choices[number % len(choices)]
