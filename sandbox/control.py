"""The control API under ``/_sandbox/``: how a test, a demo or a person steers the sandbox over HTTP.

Each server has one and speaks of its own vendor; the clock, ``act`` and ``reset`` are shared. It never
imitates a vendor: its bodies are plain JSON and its errors are ``{"error": text}``.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Protocol

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.faults import FaultRule
from sandbox.simulation import Simulation
from sandbox.traffic import Vendor


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ClockOrder(_Order):
    """``{"set": iso}``, ``{"advance_s": n}``, ``{"freeze": bool}``, alone or in that order together."""

    set: AwareDatetime | None = None
    advance_s: float | None = None
    freeze: bool | None = None


class ActOrder(_Order):
    """``{"hours": n}`` of work for the simulated people."""

    hours: Annotated[float, Field(gt=0, le=24 * 366)]


class Controlled(Protocol):
    """What the control API needs besides the simulation: where the servers are and how to enter."""

    @property
    def credentials(self) -> dict[str, dict[str, Any]]:
        """By vendor, what a client needs."""


def _json(content: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status_code=status, media_type="application/json")


def _problems(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(str(part) for part in item['loc']) or 'body'}: {item['msg']}" for item in error.errors()
    )


class Control:
    """The handlers of one vendor's control API."""

    def __init__(self, vendor: Vendor, simulation: Simulation, launched: Controlled) -> None:
        self._vendor = vendor
        self._simulation = simulation
        self._launched = launched

    def routes(self) -> list[Route]:
        """The routes, relative to the server's root."""
        table: list[tuple[str, str, Callable[[Request], Awaitable[Response]]]] = [
            ("GET", "/clock", self._read_clock),
            ("POST", "/clock", self._turn_clock),
            ("GET", "/counters", self._read_counters),
            ("DELETE", "/counters", self._clear_counters),
            ("GET", "/faults", self._read_faults),
            ("POST", "/faults", self._add_faults),
            ("DELETE", "/faults", self._clear_faults),
            ("DELETE", "/faults/{number:int}", self._remove_fault),
            ("GET", "/snapshot", self._snapshot),
            ("POST", "/reset", self._reset),
            ("POST", "/act", self._act),
            ("GET", "/credentials", self._credentials),
        ]
        if self._vendor == "salesforce":
            table.append(("POST", "/expire-sessions", self._expire_sessions))
        return [Route("/_sandbox" + path, handler, methods=[method]) for method, path, handler in table]

    def _clock(self) -> Response:
        clock = self._simulation.clock
        return _json({"now": clock.now().isoformat(), "frozen": clock.frozen})

    async def _read_clock(self, request: Request) -> Response:
        return self._clock()

    async def _turn_clock(self, request: Request) -> Response:
        order = ClockOrder.model_validate_json(await request.body())
        clock = self._simulation.clock
        if order.set is not None:
            clock.set(order.set)
        if order.advance_s is not None:
            clock.advance(order.advance_s)
        if order.freeze is not None:
            clock.freeze(order.freeze)
        return self._clock()

    async def _read_counters(self, request: Request) -> Response:
        return _json(self._simulation.counters.of(self._vendor).snapshot())

    async def _clear_counters(self, request: Request) -> Response:
        self._simulation.counters.of(self._vendor).clear()
        return Response(status_code=204)

    async def _read_faults(self, request: Request) -> Response:
        rules = self._simulation.faults.snapshot()
        return _json([rule for rule in rules if rule["vendor"] == self._vendor])

    async def _add_faults(self, request: Request) -> Response:
        content = orjson.loads(await request.body())
        single = not isinstance(content, list)
        defaults = {"vendor": self._vendor}
        rules = TypeAdapter(list[FaultRule]).validate_python(
            [
                defaults | item if isinstance(item, dict) else item
                for item in ([content] if single else content)
            ]
        )
        numbers = [self._simulation.faults.add(rule) for rule in rules]
        return _json({"id": numbers[0]} if single else {"ids": numbers}, status=201)

    async def _clear_faults(self, request: Request) -> Response:
        self._simulation.faults.clear(self._vendor)
        return Response(status_code=204)

    async def _remove_fault(self, request: Request) -> Response:
        number = request.path_params["number"]
        if not self._simulation.faults.remove(number):
            return _json({"error": f"no fault rule {number}"}, status=404)
        return Response(status_code=204)

    async def _snapshot(self, request: Request) -> Response:
        return await run_in_threadpool(lambda: _json(self._simulation.snapshot(self._vendor)))

    async def _reset(self, request: Request) -> Response:
        await run_in_threadpool(self._simulation.reset)
        return self._clock()

    async def _act(self, request: Request) -> Response:
        order = ActOrder.model_validate_json(await request.body())
        report = await run_in_threadpool(self._simulation.act, order.hours)
        return _json(report.as_dict())

    async def _expire_sessions(self, request: Request) -> Response:
        self._simulation.org.sessions.expire_all()
        return Response(status_code=204)

    async def _credentials(self, request: Request) -> Response:
        return _json(self._launched.credentials)


async def _refused(request: Request, error: Exception) -> Response:
    text = _problems(error) if isinstance(error, ValidationError) else f"not JSON: {error}"
    return _json({"error": text}, status=400)


def build_control(vendor: Vendor, simulation: Simulation, launched: Controlled) -> Starlette:
    """The control application of one vendor's server."""
    return Starlette(
        routes=Control(vendor, simulation, launched).routes(),
        exception_handlers={ValidationError: _refused, orjson.JSONDecodeError: _refused},
    )
