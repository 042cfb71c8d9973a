"""What detection answers for Node projects, with the real npm, started and asked for a page."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from integration.detect.test_python_starts import ask, running
from pierhead.detect import Tree, detect
from pierhead.domain.stack import Recipe

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed"),
]

EXPRESS = {
    "package.json": (
        '{"scripts": {"start": "node server.js"}, "dependencies": {"express": "^4.18"}}'
    ),
    "server.js": (
        "const app = require('express')();\napp.get('/', (q, a) => a.send('hello'));\n"
        "app.listen(process.env.PORT, '127.0.0.1');\n"
    ),
}
VITE = {
    "package.json": '{"scripts": {"dev": "vite"}, "devDependencies": {"vite": "^5.4"}}',
    "index.html": '<div id="app"></div><script type="module" src="/main.js"></script>',
    "main.js": "document.body.append('hello')",
}


def build(folder: Path, texts: dict[str, str], environment: dict[str, str]) -> Recipe:
    folder.mkdir()
    for name, text in texts.items():
        (folder / name).write_text(text)
    recipe = detect(Tree.of_folder(folder)).recipe
    assert recipe.dependencies is not None
    for command in (*recipe.dependencies.install, *recipe.build):
        done = subprocess.run(
            command.expand(environment),
            cwd=folder, env=environment, capture_output=True, text=True, timeout=180, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    return recipe


def test_an_express_application_answers(tmp_path: Path) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    environment = {**os.environ, "PORT": str(port), "NODE_ENV": "production"}
    recipe = build(tmp_path / "app", EXPRESS, environment)
    argv = recipe.processes["web"].expand(environment)
    with running(argv, tmp_path / "app", environment) as log:
        assert ask(port, log) == "hello"


def test_a_browser_application_is_built_where_it_is_expected(tmp_path: Path) -> None:
    recipe = build(tmp_path / "app", VITE, {**os.environ, "NODE_ENV": "production"})
    assert recipe.static is not None
    assert recipe.static.fallback is not None
    page = tmp_path / "app" / recipe.static.root / recipe.static.fallback
    assert 'id="app"' in page.read_text()
