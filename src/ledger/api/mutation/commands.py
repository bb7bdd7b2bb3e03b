"""One mutation per command, with the scope that it needs; the registry says which there are."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, Final

import strawberry
from pydantic import BaseModel
from strawberry.utils.str_converters import to_camel_case

from ledger.api.access import Scope
from ledger.api.context import Info
from ledger.api.mutation.inputs import body_of, input_of
from ledger.api.roots import root_mutation
from ledger.api.types.answers import CommandResult, Result, result_of
from ledger.commands.registry import COMMANDS, execute

SCOPE_OF: Final = {
    "record_usage": Scope.USAGE_WRITE,
    "acknowledge_export": Scope.EXPORT_ANSWER,
    "reject_export": Scope.EXPORT_ANSWER,
}


def command_fields() -> dict[str, Any]:
    """Return the mutation of every command, by its name in snake_case."""
    return {name: _mutation(name, record) for name, record in COMMANDS.items()}


def _mutation(name: str, record: type[BaseModel]) -> Any:
    camel = to_camel_case(name)
    input_ = input_of(record, name=f"{camel[0].upper()}{camel[1:]}Input")
    described = " ".join((record.__doc__ or "").split())
    decorate = root_mutation(SCOPE_OF.get(name, Scope.COMMAND), described)
    return decorate(_resolver(name, input_))


def _resolver(name: str, input_: type) -> Callable[..., Any]:
    async def resolve(info: Info, input: Any) -> Result:  # noqa: A002
        context = info.context
        body = {"command": name, **body_of(input)}
        answer = await asyncio.to_thread(execute, context.ledger, body, context.principal.actor)
        return result_of(answer)

    described = strawberry.argument(description="The command's fields.")
    resolve.__name__ = name
    resolve.__annotations__ = {
        "info": Info,
        "input": Annotated[input_, described],
        "return": CommandResult,
    }
    return resolve
