from datetime import date
from typing import Any

import pytest

from pierhead.detect import detect
from unit.detect.trees import found, install, recipe, tree, web

EXPRESS = {"scripts": {"start": "node server.js"}, "dependencies": {"express": "^4"}}
SERVER = "require('express')().listen(process.env.PORT)"


def app(package: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    files = {name.replace("__", "."): text for name, text in more.items()}
    return {"package.json": EXPRESS | (package or {}), "server.js": SERVER, **files}


BERRY = "env YARN_NODE_LINKER=node-modules"
FLAGS = "--include=dev --no-audit --no-fund"


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({}, f"npm install {FLAGS}"),
        ({"package-lock.json": "{}"}, f"npm ci {FLAGS}"),
        ({"npm-shrinkwrap.json": "{}"}, f"npm ci {FLAGS}"),
        ({"bun.lock": ""}, f"npm install {FLAGS}"),
        ({"pnpm-lock.yaml": "lockfileVersion: '6.0'\n"},
         "npx --yes pnpm@8 install --frozen-lockfile --prod=false"),
        ({"pnpm-lock.yaml": "lockfileVersion: '9.0'\n"},
         "npx --yes pnpm@9 install --frozen-lockfile --prod=false"),
        ({"yarn.lock": "# yarn lockfile v1\n"},
         "npx --yes yarn@1 install --frozen-lockfile --production=false"),
        ({"yarn.lock": "__metadata:\n  version: 8\n"},
         f"{BERRY} npx --yes --package @yarnpkg/cli-dist@4 -- yarn install --immutable"),
        ({"yarn.lock": "__metadata:\n  version: 6\n", ".yarn/releases/yarn-3.6.1.cjs": ""},
         f"{BERRY} node .yarn/releases/yarn-3.6.1.cjs install --immutable"),
    ],
)  # fmt: skip
def test_the_lock_file_tells_the_manager(files: dict[str, Any], command: str) -> None:
    assert install(app() | files) == [command]


@pytest.mark.parametrize(
    ("manager", "start"),
    [
        ("pnpm@8.15.4+sha256.abc", "npx --yes pnpm@8.15.4 install --no-frozen-lockfile"),
        ("yarn@1.22.19", "npx --yes yarn@1.22.19 install"),
        ("yarn@4.1.0", f"{BERRY} npx --yes --package @yarnpkg/cli-dist@4.1.0"),
        ("npm@10.2.0", "npm install"),
        ("bun@1.1.0", "npm install"),
        ("; rm -rf /", "npm install"),
        ("pnpm@$(id)", "npx --yes pnpm@9 install"),
    ],
)  # fmt: skip
def test_package_manager_tells_the_version(manager: str, start: str) -> None:
    assert install(app({"packageManager": manager}))[0].startswith(start)


def test_unlocked_versions_are_those_of_a_day() -> None:
    day = date(2023, 4, 5)
    loose = detect(tree(app()), as_of=day).recipe
    assert loose.dependencies is not None
    assert str(loose.dependencies.install[0]) == f"npm install {FLAGS} --before 2023-04-05"
    locked = detect(tree(app() | {"package-lock.json": "{}"}), as_of=day).recipe
    assert locked.dependencies is not None
    assert str(locked.dependencies.install[0]) == f"npm ci {FLAGS}"
    yarn = detect(tree(app({"packageManager": "yarn@1.22.19"})), as_of=day).recipe
    assert yarn.notes == ("yarn cannot install the versions of a day: they are the newest",)


def test_scripts_of_berry_are_run_with_shared_modules() -> None:
    files = app({"scripts": {"start": "node server.js", "build": "x"}})
    berry = files | {"yarn.lock": "__metadata:\n  version: 8\n"}
    runner = "npx --yes --package @yarnpkg/cli-dist@4 -- npm run build"
    assert [str(command) for command in recipe(berry).build] == [runner]
    own = recipe(berry | {".yarn/releases/yarn-4.1.0.cjs": ""})
    assert [str(command) for command in own.build] == ["npm run build"]


def test_package_manager_outranks_a_lock_left_behind() -> None:
    files = app({"packageManager": "pnpm@9.1.0"}, yarn__lock="# yarn lockfile v1\n")
    assert install(files)[0].startswith("npx --yes pnpm@9.1.0")


def test_a_bun_lock_is_no_runtime_and_is_said_not_to_be_read() -> None:
    stack = found(app(bun__lockb=""))
    assert stack.name == "node"
    assert "bun.lockb is not read" in stack.recipe.notes[0]


def test_node_modules_of_workspaces_are_kept() -> None:
    files = app({"workspaces": ["packages/*", "tools/**", "!packages/no"]}) | {
        "packages/a/package.json": {},
        "tools/x/y/package.json": {},
    }
    dependencies = recipe(files).dependencies
    assert dependencies is not None
    assert dependencies.keep == (
        "node_modules",
        "packages/a/node_modules",
        "tools/x/y/node_modules",
    )


def test_pnpm_workspaces() -> None:
    files = app() | {
        "pnpm-workspace.yaml": "packages:\n  - 'apps/*'\n",
        "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
        "apps/a/package.json": {"dependencies": {"x": "1"}},
    }
    one = recipe(files).dependencies
    two = recipe(files | {"apps/a/package.json": {"dependencies": {"x": "2"}}}).dependencies
    assert one is not None
    assert two is not None
    assert one.keep == ("node_modules", "apps/a/node_modules")
    assert one.digest != two.digest


def test_hooks_and_browsers_for_development_are_left_out() -> None:
    package = {
        "devDependencies": {"husky": "9", "cypress": "13"},
        "scripts": {"start": "node s.js"},
    }
    assert install(app(package) | {"s.js": ""})[0].startswith(
        "env HUSKY=0 CYPRESS_INSTALL_BINARY=0 npm install"
    )


def test_a_package_without_dependencies_installs_nothing() -> None:
    files = {"package.json": {"scripts": {"start": "node server.js"}}, "server.js": SERVER}
    assert recipe(files).dependencies is None
    assert web(files) == "node server.js"


@pytest.mark.parametrize(
    ("files", "package", "version"),
    [
        ({".nvmrc": "v20.11.1\n"}, {}, "20"),
        ({".nvmrc": "lts/iron"}, {}, "20"),
        ({".nvmrc": "lts/*"}, {}, None),
        ({".node-version": "22"}, {}, "22"),
        ({".tool-versions": "nodejs 18.2.0\n"}, {}, "18"),
        ({}, {"engines": {"node": ">=18 <23"}}, ">=18 <23"),
        ({}, {"engines": {"node": "20.x"}}, "20"),
        ({}, {"volta": {"node": "16.20.0"}}, "16"),
        ({}, {"engines": {"node": "$(id)"}}, None),
        ({}, {"engines": "20"}, None),
    ],
)
def test_the_node_version_asked_for(
    files: dict[str, Any], package: dict[str, Any], version: str | None
) -> None:
    assert found(app(package) | files).runtime == version


def test_the_digest_changes_with_what_decides_the_result() -> None:
    variants = [
        app(),
        app({"dependencies": {"express": "^5"}}),
        app() | {"package-lock.json": "{}"},
        app() | {".npmrc": "legacy-peer-deps=true"},
        app() | {".nvmrc": "20"},
        app() | {"prisma/schema.prisma": "model A {}"},
    ]
    digests = {d.digest for files in variants if (d := recipe(files).dependencies)}
    assert len(digests) == len(variants)
    same = recipe(app() | {"server.js": SERVER + "// changed"}).dependencies
    assert same is not None
    assert same.digest in digests
