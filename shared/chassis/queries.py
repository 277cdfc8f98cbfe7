"""Many query parameters as one model, checked in one pass.

FastAPI takes such a model apart into its fields for every request; with thirty of them that costs more than the
read asked for. Here the model checks the parameters itself, and the contract names them all the same.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)


def query_of(model: type[Model]) -> Callable[[Request], Awaitable[Model]]:
    """A dependency that gives the request's query as `model`; 422 names the parameters that are not as they must be.
    A parameter given twice is the last one."""

    async def given(request: Request) -> Model:
        try:
            return model.model_validate(dict(request.query_params))
        except ValidationError as error:
            raise RequestValidationError(
                [fault | {"loc": ("query", *fault["loc"])} for fault in error.errors()]
            ) from error

    return given


def names_of(dependant: Dependant) -> Iterator[str]:
    """The names of the query parameters a handler declares, by itself and through its dependencies."""
    for parameter in dependant.query_params:
        model = parameter.field_info.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            yield from (field.alias or name for name, field in model.model_fields.items())
        else:
            yield parameter.alias
    for inner in dependant.dependencies:
        yield from names_of(inner)


def require_known(request: Request, names: frozenset[str]) -> None:
    """Refuse a query parameter nobody declared, as a model does: ignored, it would be taken for obeyed."""
    unknown = [name for name in request.query_params if name not in names]
    if unknown:
        raise RequestValidationError([{"type": "extra_forbidden", "loc": ("query", name)} for name in unknown])


def asking(model: type[BaseModel], declared: dict[str, Any]) -> dict[str, Any]:
    """Route arguments that name the model's fields as query parameters in the contract."""
    schema = model.model_json_schema()
    needed = schema.get("required", [])
    parameters = [
        {"name": name, "in": "query", "required": name in needed, "schema": field}
        for name, field in schema["properties"].items()
    ]
    return declared | {"openapi_extra": declared["openapi_extra"] | {"parameters": parameters}}
