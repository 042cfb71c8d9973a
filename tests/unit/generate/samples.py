# ruff: noqa: E501 - manifests on one line each
"""Projects as detection would describe them: one for each stack and package manager."""

from __future__ import annotations

from dataclasses import replace

from pierhead.detect import Tree, detect
from pierhead.domain.stack import Recipe, Stack, StaticSite
from pierhead.generate.project import Project
from unit.generate.other_samples import NODE_ASSETS, other_projects

FLASK = "from flask import Flask\napp = Flask(__name__)\n"
FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n"
SERVER = "require('http').createServer().listen(process.env.PORT)\n"
_UV_LOCK = """version = 1
[[package]]
name = "web"
version = "0.1.0"
source = { virtual = "." }
[[package]]
name = "flask"
version = "3.1.0"
source = { registry = "https://pypi.org/simple" }
"""
_LOCK = '[[package]]\nname = "flask"\nversion = "3.1.0"\n'
_POETRY = '[tool.poetry]\nname = "web"\n[tool.poetry.dependencies]\npython = "^3.12"\nflask = "*"\n'
_PEP621 = '[project]\nname = "web"\nversion = "0.1.0"\nrequires-python = ">=3.12"\ndependencies = ["flask"]\n'
_MANAGE = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
_SETTINGS = (
    "import os\nSECRET_KEY = os.environ['SECRET_KEY']\nROOT_URLCONF = 'shop.urls'\n"
    "WSGI_APPLICATION = 'shop.wsgi.application'\nSTATIC_ROOT = BASE_DIR / 'staticfiles'\n"
    "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': BASE_DIR / 'db.sqlite3'}}\n"
)


def detected(name: str, texts: dict[str, str]) -> Project:
    tree = Tree.of_texts(texts)
    return Project.of(name, detect(tree), frozenset(tree.paths))


def _node(name: str, package: str, **texts: str) -> Project:
    files = {"package.json": package, "server.js": SERVER}
    return detected(name, files | {k.replace("__", "."): v for k, v in texts.items()})


_EXPRESS = '{"dependencies": {"express": "5.1.0"}, "scripts": {"start": "node server.js"}'
_NEXT = '{"dependencies": {"next": "15.0.0"}, "scripts": {"build": "next build", "start": "next start"}}'
_VITE = (
    '{"devDependencies": {"vite": "7.0.0", "react": "19.0.0"}, "scripts": {"build": "vite build"}}'
)


def python_projects() -> dict[str, Project]:
    return {
        "python-pip": detected(
            "notes", {"requirements.txt": "fastapi==0.120.0\n", "main.py": FASTAPI}
        ),
        "python-uv": detected(
            "web", {"pyproject.toml": _PEP621, "uv.lock": _UV_LOCK, "app.py": FLASK}
        ),
        "python-poetry": detected(
            "web", {"pyproject.toml": _POETRY, "poetry.lock": _LOCK, "app.py": FLASK}
        ),
        "python-pdm": detected(
            "web", {"pyproject.toml": _PEP621, "pdm.lock": _LOCK, "app.py": FLASK}
        ),
        "python-pipenv": detected(
            "web",
            {
                "Pipfile": '[packages]\nflask = "*"\n[requires]\npython_version = "3.12"\n',
                "Pipfile.lock": '{"_meta": {}, "default": {"flask": {"version": "==3.1.0"}}}',
                "app.py": FLASK,
            },
        ),
        "python-pyproject": detected("web", {"pyproject.toml": _PEP621, "app.py": FLASK}),
        "python-setup": detected(
            "web",
            {"setup.py": "from setuptools import setup\nsetup(install_requires=['flask>=3'])\n"}
            | {"app.py": FLASK},
        ),
        "python-django": detected(
            "shop",
            {
                "requirements.txt": "django==5.2\n",
                "manage.py": _MANAGE,
                "shop/__init__.py": "",
                "shop/settings.py": _SETTINGS,
                "shop/wsgi.py": "from django.core.wsgi import get_wsgi_application\n"
                "application = get_wsgi_application()\n",
            },
        ),
        "python-assets": _with_assets(
            detected("web", {"requirements.txt": "flask==3.1.0\n", "app.py": FLASK})
        ),
        "python-procfile": detected(
            "jobs",
            {
                "requirements.txt": "flask==3.1.0\ngunicorn==23.0.0\n",
                "app.py": FLASK,
                "Procfile": "web: gunicorn app:app --bind 0.0.0.0:$PORT\nworker: python work.py\n",
                "work.py": "",
            },
        ),
    }


def _with_assets(project: Project) -> Project:
    return replace(
        project,
        stack=replace(project.stack, assets=NODE_ASSETS),
        paths=project.paths | {"package.json", "package-lock.json"},
    )


def node_projects() -> dict[str, Project]:
    return {
        "node-npm": _node("api", _EXPRESS + "}", **{"package-lock__json": "{}"}),
        "node-npm-unlocked": _node("api", _EXPRESS + "}"),
        "node-pnpm": _node(
            "api", _EXPRESS + "}", **{"pnpm-lock__yaml": "lockfileVersion: '9.0'\n"}
        ),
        "node-yarn": _node("api", _EXPRESS + "}", yarn__lock="# yarn lockfile v1\n"),
        "node-berry": _node(
            "api",
            _EXPRESS + ', "packageManager": "yarn@4.5.0"}',
            yarn__lock="__metadata:\n  version: 8\n",
        ),
        "node-pnpm-workspace": _node(
            "api",
            '{"dependencies": {"express": "5"}, "scripts": {"start": "pnpm --filter api serve"}}',
            **{
                "pnpm-lock__yaml": "lockfileVersion: '9.0'\n",
                "pnpm-workspace__yaml": "packages: ['packages/*']\n",
                "packages/ui/package__json": '{"name": "ui"}',
            },
        ),
        "node-next": _node("shop", _NEXT, **{"package-lock__json": "{}", "public/a__txt": ""}),
        "node-nuxt": detected(
            "shop",
            {
                "package.json": '{"dependencies": {"nuxt": "4.0.0"}, "scripts": {"build": "nuxt build"}}',
                "package-lock.json": "{}",
            },
        ),
        "node-prisma-postinstall": _node(
            "api",
            '{"dependencies": {"express": "5", "@prisma/client": "6"}, "devDependencies": '
            '{"prisma": "6"}, "scripts": {"start": "node server.js", "postinstall": "node gen.js"}}',
            **{
                "package-lock__json": "{}",
                "prisma/schema__prisma": 'url = "file:./data/dev.db"\n',
            },
        ),
        "node-yarn-postinstall": _node(
            "api",
            _EXPRESS[:-1] + ', "postinstall": "node gen.js"}}',
            yarn__lock="# yarn lockfile v1\n",
        ),
        "node-vite": detected(
            "page", {"package.json": _VITE, "package-lock.json": "{}", "index.html": "<p>"}
        ),
    }


def static_projects() -> dict[str, Project]:
    site = Stack("static", "static-html", 96, (), Recipe(static=StaticSite("public", "index.html")))
    return {
        "static-root": detected("pages", {"index.html": "<p>"}),
        "static-fallback": Project.of("pages", site, frozenset(("public/index.html",))),
    }


def projects() -> dict[str, Project]:
    return {**python_projects(), **node_projects(), **static_projects(), **other_projects()}
