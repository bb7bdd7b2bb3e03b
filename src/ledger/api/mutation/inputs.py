"""Inputs of mutations, made from the records of the commands: one contract, not two.

Fields are those of ``commands.md`` in camelCase. A record becomes an input; where a record may have
one of several shapes (price models), the input has the fields of all of them and the command says
what does not fit. Values go on as they were written, so that all three doors digest the same body.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import strawberry
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from strawberry.utils.str_converters import to_camel_case

from ledger.api.mutation.words import INPUTS, UNIONS, word
from ledger.api.scalars import CurrencyCode, Instant, Json
from ledger.commands.form.types import Currency

HIDDEN = frozenset({"command"})
_CURRENCY = get_args(Currency)[1]


@cache
def input_of(*records: type[BaseModel], name: str) -> type:
    """Return the input type with the fields of these records, required where all require them."""
    fields: dict[str, list[FieldInfo]] = {}
    for record in records:
        for field_name, field in record.model_fields.items():
            if field_name not in HIDDEN:
                fields.setdefault(field_name, []).append(field)
    needed = {
        field_name
        for field_name, infos in fields.items()
        if len(infos) == len(records) and all(info.is_required() for info in infos)
    }
    body: dict[str, Any] = {
        "__annotations__": {},
        "__doc__": INPUTS.get(name) or records[0].__doc__,
    }
    for field_name in sorted(fields, key=lambda each: each not in needed):
        info = fields[field_name][0]
        shape = _merged(fields[field_name])
        body["__annotations__"][field_name] = shape if field_name in needed else shape | None
        body[field_name] = _field(name, info.alias or field_name, field_name in needed)
    made = type(name, (), body)
    return strawberry.input(made, description=" ".join(body["__doc__"].split()))


def body_of(value: Any) -> Any:
    """Return an input as the JSON of a command: snake_case, nothing that was left out."""
    if hasattr(value, "__strawberry_definition__"):
        definition = value.__strawberry_definition__
        parts = {
            field.metadata["name"]: getattr(value, field.python_name) for field in definition.fields
        }
        given = {key: part for key, part in parts.items() if part not in (None, strawberry.UNSET)}
        return {key: body_of(part) for key, part in given.items()}
    if isinstance(value, Instant):
        return value.text
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return [body_of(part) for part in value]
    return value


def _field(type_: str, name: str, needed: bool) -> Any:
    options: dict[str, Any] = {} if needed else {"default": strawberry.UNSET}
    described = word(type_, name)
    return strawberry.field(
        name=to_camel_case(name), description=described, metadata={"name": name}, **options
    )


def _merged(infos: Sequence[FieldInfo]) -> Any:
    """Return the one type of a field that several records have."""
    if any(_CURRENCY in info.metadata for info in infos):
        return CurrencyCode
    shapes: list[Any] = []
    for info in infos:
        if info.annotation not in shapes:
            shapes.append(info.annotation)
    parts = [get_args(shape)[0] for shape in shapes if get_origin(shape) is list]
    if len(parts) > 1:
        return list[_one_of(parts)]  # type: ignore[misc]
    return _shape(shapes[0])


def _shape(annotation: Any) -> Any:
    """Return the schema's type for the annotation of a record's field."""
    while hasattr(annotation, "__metadata__"):
        annotation = annotation.__origin__
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        some = [argument for argument in arguments if argument is not NoneType]
        if any(get_origin(argument) is Literal for argument in some):
            return Json  # a list, or a word that stands for all of it
        return _shape(some[0]) if len(some) == 1 else _one_of(some)
    if origin in (list, Sequence):
        return list[_shape(arguments[0])]  # type: ignore[misc]
    if origin in (dict, Mapping) or annotation in (dict, Any):
        return Json
    if origin is Literal:
        return str
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return input_of(annotation, name=f"{annotation.__name__}Input")
    assert annotation in {str, int, bool, Decimal, date, datetime}, annotation
    return annotation


def _one_of(records: list[Any]) -> type:
    """Return the input of a value that has one of several shapes, named after the first."""
    shapes = [record for record in records if issubclass(record, BaseModel)]
    assert len(shapes) == len(records), records
    return input_of(*shapes, name=UNIONS[shapes[0].__name__])
