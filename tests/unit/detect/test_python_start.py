import pytest

from pierhead.detect import detect
from pierhead.errors import NothingToRun
from unit.detect.trees import found, recipe, tree, web

UVICORN = "--host 127.0.0.1 --port $PORT"
GUNICORN = "--bind 127.0.0.1:$PORT --threads 8"


@pytest.mark.parametrize(
    ("framework", "source", "command"),
    [
        ("fastapi", "from fastapi import FastAPI\napp = FastAPI()", f"uvicorn main:app {UVICORN}"),
        ("fastapi", "import fastapi as f\napi = f.FastAPI()", f"uvicorn main:api {UVICORN}"),
        ("starlette", "from starlette.applications import Starlette as S\napp: S = S()",
         f"uvicorn main:app {UVICORN}"),
        ("litestar", "from litestar import Litestar\napp = Litestar([])",
         f"uvicorn main:app {UVICORN}"),
        ("quart", "from quart import Quart\napp = Quart(__name__)", f"uvicorn main:app {UVICORN}"),
        ("blacksheep", "from blacksheep import Application\napp = Application()",
         f"uvicorn main:app {UVICORN}"),
        ("flask", "from flask import Flask\napp = Flask(__name__)",
         f"gunicorn main:app {GUNICORN}"),
        ("dash", "import dash\napp = dash.Dash(__name__)", f"gunicorn main:app.server {GUNICORN}"),
        ("bottle", "import bottle\napp = bottle.Bottle()", f"gunicorn main:app {GUNICORN}"),
        ("falcon", "import falcon\napp = falcon.App()", f"gunicorn main:app {GUNICORN}"),
        ("falcon", "import falcon.asgi\napp = falcon.asgi.App()", f"uvicorn main:app {UVICORN}"),
        ("pyramid", "from pyramid.config import Configurator\nc = Configurator()\n"
         "app = c.make_wsgi_app()", f"gunicorn main:app {GUNICORN}"),
        ("aiohttp", "from aiohttp import web\napp = web.Application()",
         "gunicorn main:app --bind 127.0.0.1:$PORT --worker-class aiohttp.GunicornWebWorker"),
        ("sanic", "from sanic import Sanic\napp = Sanic('a')",
         f"sanic main:app {UVICORN} --single-process"),
        ("tornado", "import tornado.web\napp = tornado.web.Application([])\n"
         "if __name__ == '__main__':\n    app.listen(8888)", "python main.py"),
        ("streamlit", "import streamlit as st\nst.title('x')",
         "streamlit run main.py --server.port $PORT --server.address 127.0.0.1 "
         "--server.headless true"),
        ("gradio", "import gradio as gr\ngr.Interface(print, 'text', 'text').launch()",
         "env GRADIO_SERVER_PORT=$PORT GRADIO_SERVER_NAME=127.0.0.1 python main.py"),
    ],
)  # fmt: skip
def test_every_framework_behind_a_production_server(
    framework: str, source: str, command: str
) -> None:
    texts = {"requirements.txt": framework, "main.py": source}
    stack = found(texts)
    assert (stack.name, stack.framework) == ("python", framework)
    assert web(texts) == command
    assert stack.confidence >= 90


FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n"


@pytest.mark.parametrize(
    ("path", "target", "environment"),
    [
        ("main.py", "main:app", {}),
        ("server.py", "server:app", {}),
        ("app/main.py", "app.main:app", {}),
        ("shop/__init__.py", "shop:app", {}),
        ("src/main.py", "main:app", {"PYTHONPATH": "src"}),
        ("src/shop/api.py", "shop.api:app", {"PYTHONPATH": "src"}),
        ("my-code/main.py", "main:app", {"PYTHONPATH": "my-code"}),
    ],
)
def test_the_module_is_named_as_it_is_imported(
    path: str, target: str, environment: dict[str, str]
) -> None:
    texts = {"requirements.txt": "fastapi\nuvicorn", path: FASTAPI}
    assert web(texts) == f"uvicorn {target} {UVICORN}"
    assert recipe(texts).environment == environment


@pytest.mark.parametrize(
    ("imports", "target", "root"),
    [
        ("from routers import x", "main:app", "app"),
        ("from app.routers import x", "app.main:app", ""),
        ("from .routers import x", "app.main:app", ""),
    ],
)
def test_a_modules_own_imports_say_where_it_is_imported_from(
    imports: str, target: str, root: str
) -> None:
    texts = {
        "requirements.txt": "fastapi",
        "app/main.py": imports + "\n" + FASTAPI,
        "app/routers.py": "",
    }
    assert web(texts).split()[1] == target
    assert recipe(texts).environment == ({"PYTHONPATH": root} if root else {})


FACTORY = "from flask import Flask\ndef create_app(config=None):\n    return Flask(__name__)\n"


def test_a_factory_is_called() -> None:
    texts = {"requirements.txt": "flask", "shop/__init__.py": FACTORY}
    assert web(texts) == f"gunicorn 'shop:create_app()' {GUNICORN}"


def test_an_asgi_factory_is_called() -> None:
    source = "from fastapi import FastAPI\ndef create_app() -> FastAPI:\n    return FastAPI()\n"
    texts = {"requirements.txt": "fastapi", "main.py": source}
    assert web(texts) == f"uvicorn main:create_app --factory {UVICORN}"


def test_what_a_factory_made_comes_before_the_factory() -> None:
    texts = {
        "requirements.txt": "flask",
        "shop/__init__.py": FACTORY,
        "wsgi.py": "from shop import create_app\napplication = create_app()\n",
    }
    assert web(texts) == f"gunicorn wsgi:application {GUNICORN}"


def test_a_factory_that_needs_arguments_is_not_called_without() -> None:
    texts = {
        "requirements.txt": "flask",
        "shop/__init__.py": FACTORY.replace("config=None", "config"),
    }
    with pytest.raises(NothingToRun):
        detect(tree(texts))
    texts["run.py"] = "from shop import create_app\napp = create_app('production')\n"
    assert web(texts) == f"gunicorn run:app {GUNICORN}"


def test_flaskenv_names_the_module() -> None:
    texts = {
        "requirements.txt": "flask",
        ".flaskenv": "FLASK_APP=blog.py\n",
        "blog.py": "from flask import Flask\napp = Flask(__name__)",
        "app.py": "from flask import Flask\napp = Flask(__name__)",
    }
    assert web(texts).split()[1] == "blog:app"


def test_an_object_in_a_test_or_a_function_is_not_the_application() -> None:
    texts = {
        "requirements.txt": "fastapi",
        "tests/main.py": FASTAPI,
        "test_app.py": FASTAPI,
        "tool.py": "from fastapi import FastAPI\ndef helper():\n    app = FastAPI()\n",
    }
    with pytest.raises(NothingToRun) as caught:
        detect(tree(texts))
    assert caught.value.details["framework"] == "fastapi"
    assert "[service] command" in caught.value.hint


def test_names_that_only_begin_like_a_framework_are_none() -> None:
    texts = {"requirements.txt": "fastapi-ipware\nflask-cors", "main.py": "print(1)"}
    assert found(texts).framework is None


def test_gunicorns_own_configuration_decides_on_threads() -> None:
    source = "from flask import Flask\napp = Flask(__name__)"
    texts = {"requirements.txt": "flask", "main.py": source, "gunicorn.conf.py": "workers = 4"}
    assert web(texts) == "gunicorn main:app --bind 127.0.0.1:$PORT"


def test_a_server_that_fastapis_extra_brings_is_not_supplied() -> None:
    texts = {"requirements.txt": "fastapi[standard]==0.115.0", "main.py": FASTAPI}
    assert recipe(texts).notes == ()
    assert found(texts).version == "0.115.0"


@pytest.mark.parametrize(
    ("source", "port"),
    [
        ("HTTPServer(('', 8123), H).serve_forever()", 8123),
        ("PORT = 9001\nHTTPServer(('', PORT), H).serve_forever()", 9001),
        ("HTTPServer(('', int(os.environ['PORT'])), H).serve_forever()", None),
    ],
)
def test_a_script_with_a_server_of_its_own_and_its_port(source: str, port: int | None) -> None:
    code = f"import os\nfrom http.server import HTTPServer\nclass H: ...\n{source}\n"
    texts = {"server.py": code}
    assert web(texts) == "python server.py"
    assert recipe(texts).port == port


def test_a_package_with_a_main_module() -> None:
    code = "import uvicorn\nuvicorn.run('x:app', port=5005)\n"
    texts = {"pyproject.toml": '[project]\nname="x"\ndependencies=["uvicorn"]',
             "src/shop/__init__.py": "", "src/shop/__main__.py": code}  # fmt: skip
    assert web(texts) == "python -m shop"
    assert recipe(texts).environment == {"PYTHONPATH": "src"}


def test_evidence_names_file_and_line() -> None:
    stack = found({"requirements.txt": "redis\nfastapi\n", "main.py": "\n" + FASTAPI})
    assert [(e.path, e.line) for e in stack.evidence] == [("requirements.txt", 2), ("main.py", 3)]


def test_a_syntax_error_is_named_and_the_rest_still_read() -> None:
    stack = found({"requirements.txt": "fastapi", "main.py": FASTAPI, "broken.py": "x = 1\ny = ("})
    assert stack.framework == "fastapi"
    assert ("broken.py", "has a syntax error", 2) in [
        (e.path, e.says, e.line) for e in stack.evidence
    ]
