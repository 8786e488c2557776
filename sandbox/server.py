"""One HTTP server in a thread, on 127.0.0.1 only, whose connections an application can drop.

Knows sockets, threads and uvicorn; nothing of vendors.
"""

import asyncio
import contextlib
import socket
import threading

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sandbox.asgi import CONNECTION

HOST = "127.0.0.1"
# Longer than any pause of a client's pool: a sandbox that closes idle connections would add faults by itself.
_KEEP_ALIVE_S = 600
_START_TIMEOUT_S = 30.0
_TICK_S = 0.1
_CLOSING_S = 0.001


class PortInUseError(OSError):
    """The wanted port is taken."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} on {HOST} is in use")
        self.port = port


class DroppableProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, which also lets the application close the connection under a reply."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        # The extension is ours, so the server's own types do not know it.
        self.scope["extensions"] = {CONNECTION: self}  # type: ignore[dict-item]

    def drop(self) -> None:
        """Close at once, without the rest of any reply."""
        # uvicorn takes an application that sends no reply for a broken one unless the client has left.
        self.cycle.disconnected = True
        self.transport.abort()

    def finish(self) -> None:
        """Close once what has been written is sent."""
        self.cycle.disconnected = True
        self.transport.close()


class PromptServer(uvicorn.Server):
    """uvicorn's server, which notices at once that it is to stop, and that its last connection has closed.

    Its own loops look ten times a second, which a thousand sandboxes one after the other would spend minutes on.
    """

    def __init__(self, config: uvicorn.Config, stopping: asyncio.Event) -> None:
        super().__init__(config)
        self._stopping = stopping

    async def main_loop(self) -> None:
        """Tick until the end."""
        tick = 0
        while not await self.on_tick(tick):
            tick += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), timeout=_TICK_S)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, let replies under way go out, then cut off what still runs."""
        for server in self.servers:
            server.close()
        for one in sockets or ():
            one.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        try:
            async with asyncio.timeout(self.config.timeout_graceful_shutdown):
                while self.server_state.connections or self.server_state.tasks:
                    await asyncio.sleep(_CLOSING_S)
        except TimeoutError:
            for task in self.server_state.tasks:
                task.cancel()


class LocalServer:
    """A listening socket from construction on; answers between ``start`` and ``stop``.

    Args:
        port: 0 means any free port.

    Raises:
        PortInUseError: at construction.
    """

    def __init__(self, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((HOST, port))
        except OSError as error:
            self._socket.close()
            raise PortInUseError(port) from error
        self.port: int = self._socket.getsockname()[1]
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()
        self._up = threading.Event()
        self._server: PromptServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def base_url(self) -> str:
        return f"http://{HOST}:{self.port}"

    async def pause(self, seconds: float) -> None:
        """Wait in real time, but no longer than the server lives."""
        if seconds > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), timeout=seconds)

    def start(self, app: ASGIApp) -> None:
        """Serve ``app`` from a thread; returns when the server accepts connections."""
        config = uvicorn.Config(
            app,
            http=DroppableProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            timeout_keep_alive=_KEEP_ALIVE_S,
            timeout_graceful_shutdown=5,
        )
        self._server = PromptServer(config, self._stopping)
        self._thread = threading.Thread(
            target=self._run, args=(self._server, config), name=f"sandbox:{self.port}", daemon=True
        )
        self._thread.start()
        if not self._up.wait(_START_TIMEOUT_S):
            raise TimeoutError(f"the server on port {self.port} did not start in {_START_TIMEOUT_S:.0f} s")

    def _run(self, server: PromptServer, config: uvicorn.Config) -> None:
        async def serve() -> None:
            self._loop = asyncio.get_running_loop()
            # Accepting is the kernel's matter: once the socket listens, a client's connection waits for us.
            self._socket.listen(2048)
            self._up.set()
            await server.serve(sockets=[self._socket])

        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(serve())

    def begin_stop(self) -> None:
        """Ask the server to finish what is being answered and to cut short what only waits."""
        if self._server is None or self._thread is None or self._loop is None or self._server.should_exit:
            return
        self._server.should_exit = True
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)

    def stop(self) -> None:
        """End the server and close its port; returns when both are done. May be called twice."""
        self.begin_stop()
        if self._thread is not None:
            self._thread.join()
        self._socket.close()
