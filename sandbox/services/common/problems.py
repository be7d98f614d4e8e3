"""Errors of an API, all in one form: `{"error": {"code", "message", "param"}}`."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException


class ErrorDetail(BaseModel):
    """What went wrong."""

    code: str
    message: str
    param: str | None = None


class ErrorBody(BaseModel):
    """The body of every answer that is no success."""

    error: ErrorDetail


class Problem(Exception):
    """A request that is answered with an error."""

    def __init__(
        self, status: int, code: str, message: str, param: str | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers
        self.body = ErrorBody(error=ErrorDetail(code=code, message=message, param=param))


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Errors of an operation, for its OpenAPI document."""
    return {status: {"model": ErrorBody} for status in statuses}


def answer_problems(app: FastAPI) -> None:
    """Give every error of an application its form."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused)


async def _problem(_: Request, exc: Exception) -> Response:
    assert isinstance(exc, Problem)
    return JSONResponse(exc.body.model_dump(), exc.status, headers=exc.headers)


async def _invalid(_: Request, exc: Exception) -> Response:
    assert isinstance(exc, RequestValidationError)
    first = exc.errors()[0]
    place = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    return await _problem(_, Problem(422, "invalid_request", first["msg"], place))


async def _refused(_: Request, exc: Exception) -> Response:
    assert isinstance(exc, HTTPException)
    code = {404: "not_found", 405: "method_not_allowed"}.get(exc.status_code, "invalid_request")
    headers = dict(exc.headers) if exc.headers else None
    return await _problem(_, Problem(exc.status_code, code, str(exc.detail), headers=headers))
