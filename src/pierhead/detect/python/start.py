"""The command that starts a Python service."""

from __future__ import annotations

from dataclasses import dataclass

from pierhead.detect.python.entry import Entry, import_name
from pierhead.detect.python.frameworks import Serving
from pierhead.detect.python.modules import Module
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Evidence

_SCRIPTS = ("main", "app", "server", "run", "run_server", "api", "web", "index", "bot", "start")
_PAGES = ("streamlit_app", "app", "main", "Home", "home", "index", "demo")


@dataclass(frozen=True, slots=True)
class Start:
    """How a service starts.

    Attributes:
        needs: the distribution of the server, or None.
        root: folder for PYTHONPATH, or an empty text.
        port: the port the code insists on.
        serves: whether it was seen to start a server.
        build: what is done before, once the dependencies are there.
    """

    command: Command
    evidence: Evidence
    needs: str | None = None
    root: str = ""
    port: int | None = None
    serves: bool = True
    build: tuple[Command, ...] = ()


def serve(target: str, serving: Serving, *, factory: bool, configured: bool = False) -> Command:
    """A production server for an application object, on the loopback interface.

    Args:
        target: `module:object`.
        serving: which kind of server it needs.
        factory: the object is a function that gives the application.
        configured: the project has a gunicorn.conf.py that decides on workers and threads.
    """
    if serving is Serving.ASGI:
        flags = ("--factory",) if factory else ()
        return Command(("uvicorn", target, *flags, "--host", "127.0.0.1", "--port", "$PORT"))
    if serving is Serving.SANIC:
        flags = ("--factory",) if factory else ()
        listen = ("--host", "127.0.0.1", "--port", "$PORT")
        return Command(("sanic", target, *flags, *listen, "--single-process"))
    called = f"{target}()" if factory else target
    # Threads, so that one slow or idle connection does not hold up the health check.
    workers = () if configured else ("--threads", "8")
    if serving is Serving.AIOHTTP:
        workers = ("--worker-class", "aiohttp.GunicornWebWorker")
    return Command(("gunicorn", called, "--bind", "127.0.0.1:$PORT", *workers))


SERVERS = {Serving.ASGI: "uvicorn", Serving.WSGI: "gunicorn", Serving.AIOHTTP: "gunicorn"}


def start_entry(tree: Tree, entry: Entry) -> Start:
    """An application object behind its server."""
    configured = tree.has("gunicorn.conf.py")
    app = entry.app
    kind = "factory" if app.factory else "application"
    return Start(
        serve(entry.target, app.serving, factory=app.factory, configured=configured),
        Evidence(entry.path, f"{app.name} is a {app.framework} {kind}", app.line),
        needs=SERVERS.get(app.serving),
        root=entry.root,
    )


def start_page(tree: Tree, modules: list[Module], framework: str) -> Start | None:
    """A Streamlit or Gradio script."""
    pages = [m for m in modules if framework in {name.partition(".")[0] for name in m.imports}]
    pages = [m for m in pages if "pages" not in m.path.split("/")]
    if not pages:
        return None
    page = min(pages, key=lambda m: (m.path.count("/"), _place(m.path, _PAGES), m.path))
    says = Evidence(page.path, f"imports {framework}", tree.line_of(page.path, framework))
    if framework == "streamlit":
        flags = ("--server.port", "$PORT", "--server.address", "127.0.0.1")
        headless = ("--server.headless", "true")
        return Start(Command(("streamlit", "run", page.path, *flags, *headless)), says)
    listen = ("GRADIO_SERVER_PORT=$PORT", "GRADIO_SERVER_NAME=127.0.0.1")
    return Start(Command(("env", *listen, "python", page.path)), says, port=page.port)


def start_script(tree: Tree, modules: list[Module]) -> Start | None:
    """A script or package that starts its own server; failing that, one with a usual name."""
    runnable = [m for m in modules if m.starts and (m.guard or m.path.count("/") == 0)]
    # A package that is built to be published has a command line there, not a service.
    published = tree.has("setup.py") or "[build-system]" in tree.text("pyproject.toml")
    mains = [m for m in modules if m.path.endswith("/__main__.py") and (m.starts or not published)]
    plain = [m for m in modules if "/" not in m.path and _place(m.path, _SCRIPTS) < len(_SCRIPTS)]
    for group in (runnable, mains, plain):
        if group:
            best = min(group, key=lambda m: (m.path.count("/"), _place(m.path, _SCRIPTS), m.path))
            return _script(tree, best, serves=bool(runnable))
    return None


def _script(tree: Tree, module: Module, *, serves: bool) -> Start:
    root, name = import_name(tree, module)
    argv: tuple[str, ...]
    if module.path.endswith("/__main__.py") and name:
        argv = ("python", "-m", name.removesuffix(".__main__"))
        says = "is the package's entry point"
    else:
        # The script's own folder is on the path anyway; -m is for those that need another one.
        folder = module.path.rpartition("/")[0]
        argv = ("python", module.path) if root == folder or not name else ("python", "-m", name)
        says = "starts its own server" if serves else "looks like the script to start"
    evidence = Evidence(module.path, says, module.starts)
    return Start(Command(argv), evidence, root=root, port=module.port, serves=serves)


def _place(path: str, names: tuple[str, ...]) -> int:
    stem = path.rpartition("/")[2].removesuffix(".py")
    return names.index(stem) if stem in names else len(names)
