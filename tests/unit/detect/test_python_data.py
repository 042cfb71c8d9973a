"""Schema steps, secrets, kept files, Django."""

from typing import Any

import pytest

from unit.detect.trees import found, lines, recipe, web

MANAGE = (
    "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\nimport django\n"
)
WSGI = "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n"
SETTINGS = (
    "from pathlib import Path\nimport os\nBASE_DIR = Path(__file__).parent.parent\n"
    "SECRET_KEY = os.environ['SECRET_KEY']\nSTATIC_ROOT = BASE_DIR / 'static'\n"
    "MEDIA_ROOT = BASE_DIR / 'media'\n"
    "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3',"
    " 'NAME': BASE_DIR / 'db.sqlite3'}}\n"
)


def django(folder: str = "", **more: Any) -> dict[str, Any]:
    return {
        "requirements.txt": "Django==5.0",
        f"{folder}manage.py": MANAGE,
        f"{folder}shop/settings.py": SETTINGS,
        f"{folder}shop/wsgi.py": WSGI,
        **more,
    }


def test_django() -> None:
    stack = found(django())
    assert (stack.framework, stack.version, stack.confidence) == ("django", "5.0", 97)
    command = "gunicorn shop.wsgi:application --bind 127.0.0.1:$PORT --threads 8"
    assert web(django()) == command
    assert lines(stack.recipe.build) == ["python manage.py collectstatic --noinput"]
    assert lines(stack.recipe.release) == ["python manage.py migrate --noinput"]
    assert stack.recipe.secrets == ("SECRET_KEY",)
    assert stack.recipe.shared == ("db.sqlite3", "media")


def test_django_below_a_folder() -> None:
    texts = django("backend/")
    assert web(texts).split()[1] == "shop.wsgi:application"
    assert recipe(texts).environment == {"PYTHONPATH": "backend"}
    assert lines(recipe(texts).release) == ["python backend/manage.py migrate --noinput"]
    assert recipe(texts).shared == ("backend/db.sqlite3", "backend/media")


def test_django_with_channels_is_served_by_asgi() -> None:
    asgi = "from channels.routing import ProtocolTypeRouter\napplication = ProtocolTypeRouter({})\n"
    texts = django() | {"requirements.txt": "django\nchannels", "shop/asgi.py": asgi}
    assert web(texts) == "uvicorn shop.asgi:application --host 127.0.0.1 --port $PORT"


def test_django_without_wsgi_module_or_manifest() -> None:
    texts = django()
    del texts["shop/wsgi.py"], texts["requirements.txt"]
    assert "django.core.wsgi:get_wsgi_application()" in web(texts)
    assert "django is supplied: the code uses it and nothing declares it" in recipe(texts).notes
    assert recipe(texts).environment["DJANGO_SETTINGS_MODULE"] == "shop.settings"


def test_django_without_static_root_gathers_nothing() -> None:
    texts = django() | {"shop/settings.py": "DEBUG = True"}
    assert recipe(texts).build == ()


def test_hosts_that_django_refuses_are_said() -> None:
    texts = django() | {"shop/settings.py": "ALLOWED_HOSTS = ['shop.example']"}
    assert any("ALLOWED_HOSTS" in note for note in recipe(texts).notes)


FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n"


def test_alembic() -> None:
    texts = {"requirements.txt": "fastapi\nalembic", "main.py": FASTAPI, "alembic.ini": "",
             "alembic/versions/1.py": ""}  # fmt: skip
    assert lines(recipe(texts).release) == ["alembic upgrade head"]
    texts["db/alembic.ini"] = texts.pop("alembic.ini")
    assert lines(recipe(texts).release) == ["alembic -c db/alembic.ini upgrade head"]


def test_flask_migrate() -> None:
    texts = {
        "requirements.txt": "flask",
        "app.py": "from flask import Flask\napp = Flask(__name__)",
        "migrations/env.py": "from flask import current_app\nfrom alembic import context",
        "migrations/alembic.ini": "",
        "migrations/versions/1.py": "",
    }
    assert lines(recipe(texts).release) == ["flask --app app:app db upgrade"]
    assert "flask-migrate is supplied: the schema step needs it" in recipe(texts).notes


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("os.environ['SECRET_KEY']", ("SECRET_KEY",)),
        ("os.getenv('JWT_SECRET')", ("JWT_SECRET",)),
        ("environ.get('FLASK_SECRET_KEY')", ("FLASK_SECRET_KEY",)),
        ("env('DJANGO_SECRET_KEY')", ("DJANGO_SECRET_KEY",)),
        ("config('SECRET_KEY')", ("SECRET_KEY",)),
        ("config('SECRET_KEY', default='x')", ()),
        ("os.getenv('SECRET_KEY', 'dev')", ()),
        ("os.environ.get('SECRET_KEY') or 'dev'", ()),
        ("os.environ.get('A') or os.environ['SECRET_KEY']", ("SECRET_KEY",)),
        ("os.environ['STRIPE_SECRET_KEY']", ()),
        ("os.environ['GITHUB_CLIENT_SECRET']", ()),
        ("os.environ['AWS_SECRET_ACCESS_KEY']", ()),
        ("os.environ['DATABASE_URL']", ()),
        ("settings.get('SECRET_KEY')", ()),
    ],
)
def test_secrets_without_a_default(code: str, names: tuple[str, ...]) -> None:
    texts = {"requirements.txt": "fastapi", "main.py": FASTAPI, "config.py": f"x = {code}\n"}
    assert recipe(texts).secrets == names


def test_secrets_of_pydantic_settings() -> None:
    settings = (
        "class Settings(BaseSettings):\n    secret_key: str\n    jwt_secret: str = 'x'\n"
        "    model_config = SettingsConfigDict(env_prefix='shop_')\n"
    )
    texts = {"requirements.txt": "fastapi", "main.py": FASTAPI, "settings.py": settings}
    assert recipe(texts).secrets == ("SHOP_SECRET_KEY",)


@pytest.mark.parametrize(
    ("code", "shared"),
    [
        ("URL = 'sqlite:///./data/app.db'", ("data/app.db",)),
        ("URL = 'sqlite+aiosqlite:///app.db?x=1'", ("app.db",)),
        ("URL = 'sqlite:///:memory:'", ()),
        ("URL = 'sqlite:///../app.db'", ()),
        ("db = sqlite3.connect('notes.db')", ("notes.db",)),
        ("import flask_sqlalchemy\nURL = 'sqlite:///app.db'", ("instance",)),
    ],
)
def test_database_files_are_kept(code: str, shared: tuple[str, ...]) -> None:
    texts = {
        "requirements.txt": "fastapi",
        "main.py": FASTAPI,
        "db.py": f"import sqlite3\n{code}\n",
    }
    assert recipe(texts).shared == shared


@pytest.mark.parametrize(
    ("code", "shared"),
    [
        ("D = os.path.abspath(os.path.dirname(__file__))\nU = 's:' + os.path.join(D, 'a.db')",
         ("app/a.db",)),
        ("B = Path(__file__).resolve().parent.parent\nU = f'sqlite:///{B}/a.db'", ("a.db",)),
        ("B = Path(__file__).parents[1]\nU = B / 'data' / 'a.sqlite3'", ("data/a.sqlite3",)),
        ("U = Path(__file__).parent.parent.parent / 'a.db'", ()),
        ("U = HOME / 'a.db'", ()),
    ],
)  # fmt: skip
def test_database_files_beside_the_code_are_kept(code: str, shared: tuple[str, ...]) -> None:
    source = f"# sqlite\nimport os\nfrom pathlib import Path\n{code}\n"
    texts = {"requirements.txt": "fastapi", "main.py": FASTAPI, "app/db.py": source}
    assert recipe(texts).shared == shared


def test_a_database_outside_the_folder_is_said() -> None:
    texts = {
        "requirements.txt": "fastapi",
        "main.py": FASTAPI,
        "db.py": "U = 'sqlite:////var/x.db'",
    }
    assert recipe(texts).shared == ()
    assert "/var/x.db is written outside its own folder" in recipe(texts).notes
