"""The page of a run under review, served on this machine."""

import socket
from collections.abc import Callable, Mapping
from importlib.resources import files

from questgraph.agents.review.desk import Desk
from questgraph.tools.errors import ConfigError, MissingPackageError

try:
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse, Response
    from starlette.routing import Route

    from questgraph.agents.review.guard import Guard
    from questgraph.agents.review.pages import Pages
except ImportError as error:
    raise MissingPackageError(
        "starlette", "the review page", "pip install 'questgraph[review]'"
    ) from error

LOOPBACK = "127.0.0.1"

_STATIC: Mapping[str, tuple[str, str, str]] = {
    "review.css": ("agents.review", "web", "text/css"),
    "review.js": ("agents.review", "web", "text/javascript"),
    "spans.js": ("agents.review", "web", "text/javascript"),
    "drawing.js": ("agents.review", "web", "text/javascript"),
    "icon.svg": ("agents.review", "web", "image/svg+xml"),
    "htmx.min.js": ("agents.review", "web/vendor", "text/javascript"),
    "sigma.min.js": ("graphs.viewer", "vendor", "text/javascript"),
    "graphology.umd.min.js": ("graphs.viewer", "vendor", "text/javascript"),
}
"""By name: the package, the folder in it, and the type of each file that is served."""


def static(request: Request) -> Response:
    """Answer with a file of the page."""
    name = request.path_params["name"]
    if name not in _STATIC:
        return PlainTextResponse("There is no such file.", 404)
    package, folder, type_ = _STATIC[name]
    data = (files(f"questgraph.{package}") / folder / name).read_bytes()
    return Response(data, media_type=type_)


def app_of(desk: Desk, *, port: int) -> Guard:
    """Return the page of a run, guarded, for a server on this port of this machine."""
    app = Starlette(routes=[*Pages(desk).routes(), Route("/static/{name}", static)])
    return Guard(app, (f"{LOOPBACK}:{port}", f"localhost:{port}"))


def serve(desk: Desk, *, port: int = 0, ready: Callable[[str], None]) -> None:
    """Serve the page of a run until Ctrl-C.

    Args:
        desk: The run.
        port: Of this machine; any that is free when left out.
        ready: Is told the link to open.

    Raises:
        ConfigError: When the port is taken.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
        except OSError as error:
            raise ConfigError(f"port {port} cannot be used: {error.strerror}") from error
        guard = app_of(desk, port=listener.getsockname()[1])
        config = uvicorn.Config(guard, log_level="warning", access_log=False, lifespan="off")
        ready(f"http://{LOOPBACK}:{listener.getsockname()[1]}/?token={guard.token}")
        uvicorn.Server(config).run(sockets=[listener])
