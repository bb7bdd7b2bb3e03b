"""VAT ids: checked by their digits where the country is in the EU's scheme, else only present."""

from stdnum.eu import vat

from ledger.errors import BadValue, VatIdMissing

_PREFIX = {"EL": "GR"}


def check_vat_id(vat_id: str, country: str | None) -> None:
    """Refuse a VAT id that cannot be one of its country; ``EL`` and ``GR`` both mean Greece."""
    code = (country or "").lower()
    if code not in vat.MEMBER_STATES:
        return
    compact = vat_id.replace(" ", "").upper()
    prefix = _PREFIX.get(compact[:2], compact[:2])
    number = compact[2:] if prefix.lower() == code else compact
    if not vat.is_valid(("EL" if code == "gr" else code.upper()) + number):
        raise BadValue(field="vat_id", why=f"{vat_id[:30]} is not a VAT id of {country}; check it.")


def need_both(account: bool, entity: bool, field: str) -> None:
    """Refuse a reverse charge unless both parties have a VAT id."""
    if not account:
        raise VatIdMissing(field=field, party="account")
    if not entity:
        raise VatIdMissing(field=field, party="entity")
