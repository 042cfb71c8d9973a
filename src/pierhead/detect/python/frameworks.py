"""Python web frameworks: the packages that declare them and how their applications are served."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Serving(Enum):
    """Who answers the requests."""

    ASGI = "asgi"  # uvicorn
    WSGI = "wsgi"  # gunicorn
    AIOHTTP = "aiohttp"  # gunicorn with aiohttp's worker
    SANIC = "sanic"  # its own server
    SCRIPT = "script"  # the script starts its own server


@dataclass(frozen=True, slots=True)
class Framework:
    """One framework.

    Attributes:
        slug: its name in answers.
        packages: distributions, normalised, whose declaration means the framework is used.
        constructors: qualified names whose call gives an application object.
        module: what is imported to use it.
    """

    slug: str
    serving: Serving
    packages: tuple[str, ...]
    constructors: tuple[str, ...]
    module: str


# Those built on another come before it: a Dash project declares Flask as well.
FRAMEWORKS = (
    Framework("django", Serving.WSGI, ("django",), (), "django"),
    Framework("streamlit", Serving.SCRIPT, ("streamlit",), (), "streamlit"),
    Framework("gradio", Serving.SCRIPT, ("gradio",), (), "gradio"),
    Framework("dash", Serving.WSGI, ("dash",), ("dash.Dash",), "dash"),
    Framework(
        "fastapi", Serving.ASGI, ("fastapi",), ("fastapi.FastAPI", "fastapi.applications.FastAPI"),
        "fastapi",
    ),
    Framework(
        "litestar", Serving.ASGI, ("litestar",), ("litestar.Litestar", "litestar.app.Litestar"),
        "litestar",
    ),
    Framework("quart", Serving.ASGI, ("quart",), ("quart.Quart",), "quart"),
    Framework("sanic", Serving.SANIC, ("sanic",), ("sanic.Sanic",), "sanic"),
    Framework(
        "blacksheep", Serving.ASGI, ("blacksheep",), ("blacksheep.Application",), "blacksheep"
    ),
    Framework(
        "flask", Serving.WSGI, ("flask", "apiflask"), ("flask.Flask", "apiflask.APIFlask"), "flask"
    ),
    Framework(
        "falcon-asgi", Serving.ASGI, (), ("falcon.asgi.App",), "falcon.asgi"
    ),
    Framework("falcon", Serving.WSGI, ("falcon",), ("falcon.App", "falcon.API"), "falcon"),
    Framework(
        "pyramid", Serving.WSGI, ("pyramid",), ("pyramid.config.Configurator.make_wsgi_app",),
        "pyramid",
    ),
    Framework(
        "bottle", Serving.WSGI, ("bottle",),
        ("bottle.Bottle", "bottle.default_app", "bottle.app"), "bottle",
    ),
    Framework("aiohttp", Serving.AIOHTTP, ("aiohttp",), ("aiohttp.web.Application",), "aiohttp"),
    Framework("tornado", Serving.SCRIPT, ("tornado",), ("tornado.web.Application",), "tornado"),
    Framework(
        "starlette", Serving.ASGI, ("starlette",),
        ("starlette.applications.Starlette", "socketio.ASGIApp", "connexion.AsyncApp"), "starlette",
    ),
)  # fmt: skip

BY_CONSTRUCTOR = {name: framework for framework in FRAMEWORKS for name in framework.constructors}

# Constructors whose result is served though the framework is another one's: name -> how.
DJANGO_HANDLERS = {
    "django.core.wsgi.get_wsgi_application": Serving.WSGI,
    "django.core.asgi.get_asgi_application": Serving.ASGI,
    "channels.routing.ProtocolTypeRouter": Serving.ASGI,
}

# Calls that start a server, by qualified name or by the end of it.
STARTERS = frozenset(
    """uvicorn.run hypercorn.run waitress.serve aiohttp.web.run_app bottle.run eventlet.wsgi.server
    gevent.pywsgi.WSGIServer http.server.HTTPServer http.server.ThreadingHTTPServer
    socketserver.TCPServer wsgiref.simple_server.make_server cherrypy.quickstart
    nicegui.ui.run granian.Granian""".split()  # noqa: SIM905 - words
)
STARTER_METHODS = frozenset(("listen", "launch", "serve_forever", "run_server", "run_forever"))

# Distributions of modules whose names differ; only these and frameworks are ever supplied, for
# a package named by guess could be anybody's.
DISTRIBUTIONS = {
    "aiofiles": "aiofiles",
    "aiosqlite": "aiosqlite",
    "alembic": "alembic",
    "anyio": "anyio",
    "asyncpg": "asyncpg",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "django_filters": "django-filter",
    "dotenv": "python-dotenv",
    "environ": "django-environ",
    "decouple": "python-decouple",
    "flask_cors": "flask-cors",
    "flask_login": "flask-login",
    "flask_migrate": "flask-migrate",
    "flask_sqlalchemy": "flask-sqlalchemy",
    "flask_wtf": "flask-wtf",
    "httpx": "httpx",
    "jinja2": "jinja2",
    "jose": "python-jose",
    "jwt": "pyjwt",
    "markdown": "markdown",
    "numpy": "numpy",
    "pandas": "pandas",
    "passlib": "passlib",
    "PIL": "pillow",
    "psycopg": "psycopg[binary]",
    "psycopg2": "psycopg2-binary",
    "pydantic": "pydantic",
    "pydantic_settings": "pydantic-settings",
    "redis": "redis",
    "requests": "requests",
    "rest_framework": "djangorestframework",
    "sklearn": "scikit-learn",
    "sqlalchemy": "sqlalchemy",
    "sqlmodel": "sqlmodel",
    "whitenoise": "whitenoise",
    "wtforms": "wtforms",
    "yaml": "pyyaml",
}
