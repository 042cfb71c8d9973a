from datetime import date

import pytest

from pierhead.detect import detect
from unit.detect.trees import found, install, recipe, tree

APP = "from flask import Flask\napp = Flask(__name__)\n"
PIP = "uv pip install --python $VENV"
ADDED = f"{PIP} gunicorn"


def test_uv_lock_is_synced_without_the_project() -> None:
    texts = {
        "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["flask"]',
        "uv.lock": '[[package]]\nname = "flask"\nversion = "3.0"\n',
        "main.py": APP,
    }
    assert install(texts) == [
        "uv sync --frozen --no-dev --no-install-project --no-editable",
        ADDED,
    ]


def test_a_server_in_the_lock_is_not_supplied() -> None:
    texts = {
        "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["flask"]',
        "uv.lock": '[[package]]\nname = "gunicorn"\nversion = "23.0"\n',
        "main.py": APP,
    }
    assert len(install(texts)) == 1


def test_uv_workspace_members_are_part_of_the_digest() -> None:
    texts = {
        "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["flask", "core"]',
        "uv.lock": (
            '[[package]]\nname = "flask"\nversion = "3.0"\n'
            '[[package]]\nname = "core"\nversion = "1"\nsource = { editable = "libs/core" }\n'
        ),
        "libs/core/core/__init__.py": "x = 1",
        "main.py": APP,
    }
    one = recipe(texts).dependencies
    two = recipe(texts | {"libs/core/core/__init__.py": "x = 2"}).dependencies
    assert one is not None
    assert two is not None
    assert one.digest != two.digest


def test_pylock() -> None:
    lock = 'lock-version = "1.0"\n[[packages]]\nname = "flask"\nversion = "3.0"\n'
    assert install({"pylock.toml": lock, "main.py": APP}) == [f"{PIP} -r pylock.toml", ADDED]


def test_poetry_lock_holds_what_is_declared_to_its_versions() -> None:
    texts = {
        "pyproject.toml": (
            "[tool.poetry.dependencies]\npython = '^3.10'\nflask = '^3.0'\n"
            "requests = { version = '~2.31', extras = ['socks'] }\n"
            "extra = { version = '1', optional = true }\n"
            "[tool.poetry.group.dev.dependencies]\npytest = '*'\n"
        ),
        "poetry.lock": (
            '[[package]]\nname = "Flask"\nversion = "3.0.2"\n'
            '[[package]]\nname = "pytest"\nversion = "8.0"\n'
            '[[package]]\nname = "split"\nversion = "1"\n'
            '[[package]]\nname = "split"\nversion = "2"\n'
            '[[package]]\nname = "own"\nversion = "1"\n[package.source]\ntype = "git"\n'
        ),
        "main.py": APP,
    }
    stack = found(texts)
    assert stack.runtime == "<4,>=3.10"
    assert install(texts)[0] == f"{PIP} -r $BUILD/requirements.txt -c $BUILD/constraints.txt"
    dependencies = stack.recipe.dependencies
    assert dependencies is not None
    assert dependencies.files == {
        "requirements.txt": "flask<4,>=3.0\nrequests[socks]<2.32,>=2.31\n",
        "constraints.txt": "flask==3.0.2\npytest==8.0\n",
    }


def test_pdm_lock() -> None:
    texts = {
        "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["flask>=3"]',
        "pdm.lock": '[[package]]\nname = "flask"\nversion = "3.0.2"\n',
        "main.py": APP,
    }
    dependencies = recipe(texts).dependencies
    assert dependencies is not None
    assert dependencies.files["constraints.txt"] == "flask==3.0.2\n"


def test_pipfile_lock_is_exact() -> None:
    texts = {
        "Pipfile": "[packages]\nflask = '*'\n[requires]\npython_version = '3.12'\n",
        "Pipfile.lock": {
            "default": {
                "flask": {"version": "==3.0.2", "markers": "python_version >= '3.8'"},
                "werkzeug": {"version": "==3.0.1", "extras": ["watchdog"]},
            },
            "develop": {"pytest": {"version": "==8.0"}},
        },
        "main.py": APP,
    }
    stack = found(texts)
    assert stack.runtime == "3.12"
    assert install(texts)[0] == f"{PIP} --no-deps -r $BUILD/requirements.txt"
    dependencies = stack.recipe.dependencies
    assert dependencies is not None
    assert dependencies.files["requirements.txt"] == (
        'flask==3.0.2; python_version >= "3.8"\nwerkzeug[watchdog]==3.0.1\n'
    )


def test_pipfile_alone() -> None:
    texts = {"Pipfile": "[packages]\nflask = '>=3'\n", "main.py": APP}
    assert install(texts) == [f"{PIP} -r $BUILD/requirements.txt gunicorn"]


@pytest.mark.parametrize(
    "path",
    ["requirements.txt", "requirements/prod.txt", "requirements-prod.txt", "requirements-web.txt"],
)
def test_requirements_by_their_usual_names(path: str) -> None:
    assert install({path: "flask\n", "main.py": APP}) == [f"{PIP} -r {path} gunicorn"]


def test_requirements_for_production_come_before_those_for_development() -> None:
    texts = {
        "requirements/dev.txt": "-r base.txt\npytest",
        "requirements/base.txt": "flask",
        "requirements/prod.txt": "-r base.txt\ngunicorn",
        "main.py": APP,
    }
    assert install(texts) == [f"{PIP} -r requirements/prod.txt"]


def test_included_files_count_and_are_part_of_the_digest() -> None:
    texts = {"requirements.txt": "-r more.txt\n", "more.txt": "flask\ngunicorn\n", "main.py": APP}
    one = recipe(texts).dependencies
    two = recipe(texts | {"more.txt": "flask==3\ngunicorn\n"}).dependencies
    assert one is not None
    assert two is not None
    assert one.install == two.install
    assert one.digest != two.digest


def test_requirements_that_include_each_other_end() -> None:
    texts = {"requirements.txt": "-r b.txt\nflask", "b.txt": "-r requirements.txt", "main.py": APP}
    assert found(texts).framework == "flask"


def test_requirements_in_utf_16_are_rewritten() -> None:
    texts = {"requirements.txt": "flask==3.0\n".encode("utf-16"), "main.py": APP}
    dependencies = recipe(texts).dependencies
    assert dependencies is not None
    assert dependencies.files == {"requirements.txt": "flask==3.0\n"}
    assert install(texts) == [f"{PIP} -r $BUILD/requirements.txt gunicorn"]


def test_requirements_with_hashes_are_installed_by_themselves() -> None:
    texts = {"requirements.txt": "flask==3.0 \\\n    --hash=sha256:00\n", "main.py": APP}
    assert install(texts) == [f"{PIP} -r requirements.txt", ADDED]


def test_the_project_itself_is_read_in_place() -> None:
    texts = {
        "requirements.txt": "-e .\nredis\n-e ./libs/core\n",
        "setup.py": "from setuptools import setup\nsetup(install_requires=['flask>=3'])",
        "libs/core/setup.py": "",
        "src/shop/__init__.py": APP,
    }
    stack = found(texts)
    dependencies = stack.recipe.dependencies
    assert dependencies is not None
    assert dependencies.files == {"requirements.txt": "redis\nflask>=3\n"}
    assert install(texts) == [f"{PIP} -r $BUILD/requirements.txt ./libs/core gunicorn"]
    assert stack.recipe.environment == {"PYTHONPATH": "src"}


@pytest.mark.parametrize(
    ("path", "text", "arguments"),
    [
        ("pyproject.toml", '[project]\nname="a"\ndependencies=["flask"]', "-r pyproject.toml"),
        ("pyproject.toml", "[tool.poetry.dependencies]\nflask='^3'", "-r $BUILD/requirements.txt"),
        ("setup.cfg", "[options]\ninstall_requires =\n  flask>=2\n", "-r $BUILD/requirements.txt"),
        ("setup.py", "R = ['flask']\nsetup(install_requires=R)", "-r $BUILD/requirements.txt"),
        ("environment.yml", "dependencies:\n- python=3.11\n- pip:\n  - flask\n",
         "-r $BUILD/requirements.txt"),
    ],
)  # fmt: skip
def test_other_manifests(path: str, text: str, arguments: str) -> None:
    stack = found({path: text, "main.py": APP})
    assert stack.confidence >= 90
    assert install({path: text, "main.py": APP}) == [f"{PIP} {arguments} gunicorn"]


def test_a_manifest_without_dependencies_gives_way() -> None:
    texts = {"requirements.txt": "# none\n", "Pipfile": "[packages]\nflask='*'", "main.py": APP}
    dependencies = recipe(texts).dependencies
    assert dependencies is not None
    assert dependencies.summary == "Pipfile with uv, plus gunicorn"


def test_nothing_declared_is_supplied_from_known_imports() -> None:
    texts = {"main.py": "import yaml, mystery, helper\n" + APP, "helper.py": ""}
    stack = found(texts)
    assert stack.confidence == 90
    assert install(texts) == [f"{PIP} flask gunicorn pyyaml"]
    assert "imported but declared nowhere, not supplied: mystery" in stack.recipe.notes


def test_a_framework_that_is_not_declared_is_supplied() -> None:
    assert install({"requirements.txt": "redis", "main.py": APP}) == [
        f"{PIP} -r requirements.txt flask gunicorn"
    ]


def test_unlocked_versions_are_those_of_a_day() -> None:
    day = date(2023, 4, 5)
    loose = detect(tree({"requirements.txt": "flask", "main.py": APP}), as_of=day)
    assert loose.recipe.dependencies is not None
    assert str(loose.recipe.dependencies.install[0]) == (
        f"{PIP} --exclude-newer 2023-04-05 -r requirements.txt gunicorn"
    )
    lock = {"default": {"flask": {"version": "==3.0"}}}
    locked = detect(tree({"Pipfile.lock": lock, "main.py": APP}), as_of=day)
    assert locked.recipe.dependencies is not None
    first, second = (str(command) for command in locked.recipe.dependencies.install)
    assert "--exclude-newer" not in first
    assert "--exclude-newer 2023-04-05" in second


def test_old_packages_get_setuptools() -> None:
    texts = {"requirements.txt": "flask\ngunicorn", "main.py": APP + "import pkg_resources"}
    assert install(texts) == [f"{PIP} -r requirements.txt 'setuptools<81'"]


@pytest.mark.parametrize(
    ("path", "text", "version"),
    [
        (".python-version", "3.12.1\n", "3.12"),
        (".python-version", "# ours\nmyenv\n3.11\n", "3.11"),
        ("runtime.txt", "python-3.10.4", "3.10"),
        (".tool-versions", "nodejs 20.1.0\npython 3.13.0\n", "3.13"),
        ("mise.toml", '[tools]\npython = "3.12"\n', "3.12"),
        ("pyproject.toml", '[project]\nname="a"\nrequires-python=">=3.10,<3.13"', "<3.13,>=3.10"),
        (".python-version", "pypy3.9-7.3", None),
        ("pyproject.toml", '[project]\nname="a"\nrequires-python="three"', None),
    ],
)
def test_the_python_version_asked_for(path: str, text: str, version: str | None) -> None:
    assert found({path: text, "main.py": APP}).runtime == version


def test_the_digest_changes_with_what_decides_the_result() -> None:
    base = {"requirements.txt": "flask", "main.py": APP}
    variants = [
        base,
        base | {"requirements.txt": "flask==3"},
        base | {".python-version": "3.12"},
        base | {"main.py": APP + "import pkg_resources"},
    ]
    digests = [d.digest for v in variants if (d := recipe(v).dependencies)]
    assert len(set(digests)) == 4
    same = recipe(base | {"main.py": APP + "# a comment"}).dependencies
    assert same is not None
    assert same.digest == digests[0]
