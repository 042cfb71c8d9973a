"""The start commands that detection answers, really started, and asked for a page."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from integration.detect.test_python_installs import install
from pierhead.detect import Tree, detect

pytestmark = pytest.mark.real

FLASK = (
    "from flask import Flask\napp = Flask(__name__)\n@app.get('/')\ndef home(): return 'hello'\n"
)
FASTAPI = (
    "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/')\ndef home(): return 'hello'\n"
)
DJANGO = {
    "manage.py": (
        "import os, sys\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
        "from django.core.management import execute_from_command_line\n"
        "execute_from_command_line(sys.argv)\n"
    ),
    "shop/settings.py": (
        "import os\nfrom pathlib import Path\nBASE_DIR = Path(__file__).parent.parent\n"
        "SECRET_KEY = os.environ['SECRET_KEY']\nALLOWED_HOSTS = ['*']\nROOT_URLCONF = 'shop.urls'\n"
        "INSTALLED_APPS = ['django.contrib.contenttypes', 'django.contrib.auth']\n"
        "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3',"
        " 'NAME': BASE_DIR / 'db.sqlite3'}}\n"
    ),
    "shop/urls.py": (
        "from django.contrib.auth.models import User\nfrom django.http import HttpResponse\n"
        "from django.urls import path\n"
        "urlpatterns = [path('', lambda r: HttpResponse(f'hello {User.objects.count()}'))]\n"
    ),
    "shop/wsgi.py": (
        "import os\nfrom django.core.wsgi import get_wsgi_application\n"
        "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
        "application = get_wsgi_application()\n"
    ),
}
PYRAMID = {
    "setup.py": (
        "from setuptools import setup\n"
        "setup(name='shop', packages=['shop'], install_requires=['pyramid', 'waitress'],\n"
        "      entry_points={'paste.app_factory': ['main = shop:main']})\n"
    ),
    "shop/__init__.py": (
        "from pyramid.config import Configurator\nfrom pyramid.response import Response\n"
        "def main(global_config, **settings):\n"
        "    config = Configurator(settings=settings)\n    config.add_route('home', '/')\n"
        "    greeting = settings.get('shop.greeting', 'hello')\n"
        "    config.add_view(lambda r: Response(greeting), route_name='home')\n"
        "    return config.make_wsgi_app()\n"
    ),
}
CASES = {
    "pyramid by its factory": PYRAMID
    | {"development.ini": "[app:main]\nuse = egg:shop\npyramid.includes = pyramid_debugtoolbar\n"},
    "pyramid by its ini file": PYRAMID
    | {"production.ini": "[app:main]\nuse = egg:shop\nshop.greeting = hello from the file\n"},
    "flask without a manifest": {"app.py": FLASK},
    "flask factory in a package": {
        "requirements.txt": "flask",
        "shop/__init__.py": "from .web import create_app\n",
        "shop/web.py": (
            "from flask import Flask\ndef create_app(config=None):\n    app = Flask(__name__)\n"
            "    app.add_url_rule('/', 'home', lambda: 'hello')\n    return app\n"
        ),
    },
    "fastapi in src": {"requirements.txt": "fastapi", "src/shop/main.py": FASTAPI},
    "fastapi with imports of its own folder": {
        "requirements.txt": "fastapi",
        "my-api/main.py": "import greeting\n" + FASTAPI,
        "my-api/greeting.py": "",
    },
    "django": {"requirements.txt": "django", **DJANGO},
    "django in a folder": {
        "requirements.txt": "django",
        **{f"backend/{path}": text for path, text in DJANGO.items()},
    },
    "aiohttp": {
        "requirements.txt": "aiohttp",
        "main.py": (
            "from aiohttp import web\nasync def home(request): return web.Response(text='hello')\n"
            "app = web.Application()\napp.add_routes([web.get('/', home)])\n"
        ),
    },
    "a script of its own": {
        "server.py": (
            "import os\nfrom http.server import BaseHTTPRequestHandler, HTTPServer\n"
            "class Page(BaseHTTPRequestHandler):\n    def do_GET(self):\n"
            "        self.send_response(200); self.end_headers(); self.wfile.write(b'hello')\n"
            "HTTPServer(('127.0.0.1', int(os.environ['PORT'])), Page).serve_forever()\n"
        ),
    },
}


@contextmanager
def running(argv: tuple[str, ...], folder: Path, environment: dict[str, str]) -> Iterator[Path]:
    log = folder.parent / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            argv, cwd=folder, env=environment, stdout=out, stderr=out, start_new_session=True
        )
    try:
        yield log
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def ask(port: int, log: Path) -> str:
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                return str(answer.read().decode())
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError(log.read_text())


@pytest.mark.parametrize("case", CASES)
def test_the_application_answers(case: str, tmp_path: Path) -> None:
    folder = tmp_path / "app"
    for name, text in CASES[case].items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    recipe = detect(Tree.of_folder(folder)).recipe
    path = os.environ["PATH"]
    if recipe.dependencies:
        venv = install(folder, {}, tmp_path)
        path = f"{venv / 'bin'}:{path}"
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    secrets = dict.fromkeys(recipe.secrets, "generated")
    environment = {"PATH": path, "PORT": str(port), **recipe.environment, **secrets}
    for command in (*recipe.build, *recipe.release):
        subprocess.run(
            command.expand(environment), cwd=folder, env=environment, check=True, timeout=60
        )
    with running(recipe.processes["web"].expand(environment), folder, environment) as log:
        assert "hello" in ask(port, log)
