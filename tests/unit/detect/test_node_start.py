from typing import Any

import pytest

from pierhead.detect import detect, survey
from pierhead.domain.stack import StaticSite
from pierhead.errors import NothingToRun
from unit.detect.trees import found, lines, recipe, site, tree, web


def package(
    used: str = "", dev: str = "", scripts: dict[str, str] | None = None, **more: Any
) -> dict[str, Any]:
    return {
        "private": True,
        "scripts": scripts or {},
        "dependencies": dict.fromkeys(used.split(), "^1.0.0"),
        "devDependencies": dict.fromkeys(dev.split(), "^1.0.0"),
        **more,
    }


LISTENS = "app.listen(process.env.PORT || 3000)"


@pytest.mark.parametrize(
    ("dependency", "slug"),
    [
        ("express", "express"), ("fastify", "fastify"), ("koa", "koa"), ("@hapi/hapi", "hapi"),
        ("hono", "hono"), ("restify", "restify"), ("@nestjs/core", "nestjs"),
        ("@adonisjs/core", "adonisjs"), ("@strapi/strapi", "strapi"), ("polka", "polka"),
    ],
)  # fmt: skip
def test_servers(dependency: str, slug: str) -> None:
    scripts = {"start": "node server.js"}
    texts = {"package.json": package(dependency, scripts=scripts), "server.js": LISTENS}
    stack = found(texts)
    assert (stack.framework, stack.confidence, stack.version) == (slug, 95, "^1.0.0")
    assert web(texts) == "node server.js"
    assert stack.recipe.environment["NODE_ENV"] == "production"


NEXT = "node_modules/.bin/next start --hostname 127.0.0.1 --port $PORT"


@pytest.mark.parametrize(
    ("texts", "slug", "command"),
    [
        ({"package.json": package("next react", scripts={"build": "next build"})}, "nextjs", NEXT),
        ({"package.json": package("next", scripts={"start": "next start -p 80"})}, "nextjs", NEXT),
        ({"package.json": package("next", scripts={"start": "node server.js"}), "server.js": ""},
         "nextjs", "node server.js"),
        ({"package.json": package(devDependencies={"nuxt": "^3.1"})}, "nuxt",
         "node .output/server/index.mjs"),
        ({"package.json": package("", "@sveltejs/kit vite"),
          "svelte.config.js": "import a from '@sveltejs/adapter-node'"}, "sveltekit", "node build"),
        ({"package.json": package("", "@sveltejs/kit vite", {"build": "vite build"})}, "sveltekit",
         "node_modules/.bin/vite preview --host 127.0.0.1 --port $PORT"),
        ({"package.json": package("astro @astrojs/node"),
          "astro.config.mjs": "import n from '@astrojs/node'; n({ mode: 'standalone' })"},
         "astro", "node dist/server/entry.mjs"),
        ({"package.json": package("@remix-run/react"), "vite.config.ts": "x"}, "remix",
         "node_modules/.bin/remix-serve build/server/index.js"),
        ({"package.json": package("", "@react-router/dev")}, "react-router",
         "node_modules/.bin/react-router-serve build/server/index.js"),
        ({"package.json": package("@nestjs/core", "@nestjs/cli typescript",
                                  {"start": "nest start", "start:prod": "node dist/main"})},
         "nestjs", "node dist/main"),
    ],
)  # fmt: skip
def test_rendered_on_a_server(texts: dict[str, Any], slug: str, command: str) -> None:
    stack = found(texts)
    assert stack.framework == slug
    assert web(texts) == command
    assert stack.recipe.build


APP = StaticSite("dist", "index.html")


@pytest.mark.parametrize(
    ("texts", "slug", "expected"),
    [
        ({"package.json": package("react", "vite"), "index.html": ""}, "react", APP),
        ({"package.json": package("vue", "vite"), "index.html": ""}, "vue", APP),
        ({"package.json": package("", "svelte vite"), "index.html": ""}, "svelte", APP),
        ({"package.json": package("preact react", "vite"), "index.html": ""}, "preact", APP),
        ({"package.json": package("solid-js", "vite"), "index.html": ""}, "solid", APP),
        ({"package.json": package("lit", "vite"), "index.html": ""}, "lit", APP),
        ({"package.json": package("", "vite", {"build": "vite build"}), "index.html": ""},
         None, APP),
        ({"package.json": package("react", "vite"), "vite.config.ts": "outDir: 'web/out'"},
         "react", StaticSite("web/out", "index.html")),
        ({"package.json": package("react", "vite", {"build": "vite build --outDir=www"})},
         "react", StaticSite("www", "index.html")),
        ({"package.json": package("react react-scripts", "", {"start": "react-scripts start"})},
         "react", StaticSite("build", "index.html")),
        ({"package.json": package("vue", "@vue/cli-service")}, "vue", APP),
        ({"package.json": package("@angular/core", "@angular/cli", {"start": "ng serve"}),
          "angular.json": {"projects": {"shop": {"architect": {"build": {
              "builder": "@angular-devkit/build-angular:application",
              "options": {"outputPath": "dist/shop"}}}}}}},
         "angular", StaticSite("dist/shop/browser", "index.html")),
        ({"package.json": package("@angular/core", "@angular/cli"),
          "angular.json": {"projects": {"shop": {"architect": {"build": {
              "builder": "@angular-devkit/build-angular:browser"}}}}}},
         "angular", StaticSite("dist/shop", "index.html")),
        ({"package.json": package("@angular/core", "@angular/cli"), "angular.json": "{"},
         "angular", APP),
        ({"package.json": package("react", "parcel")}, "react", APP),
        ({"package.json": package("react", "webpack"),
          "webpack.config.js": "output: { path: path.resolve(__dirname, 'public/js') }"},
         "react", StaticSite("public/js", "index.html")),
        ({"package.json": package("gatsby react")}, "gatsby", StaticSite("public")),
        ({"package.json": package("@docusaurus/core react")}, "docusaurus", StaticSite("build")),
        ({"package.json": package("", "@11ty/eleventy")}, "eleventy", StaticSite("_site")),
        ({"package.json": package("", "vitepress"), "docs/.vitepress/config.js": ""},
         "vitepress", StaticSite("docs/.vitepress/dist")),
        ({"package.json": package("astro")}, "astro", StaticSite("dist")),
        ({"package.json": package("next"), "next.config.mjs": "let c = { output: 'export' }"},
         "nextjs", StaticSite("out")),
        ({"package.json": package(scripts={"build": "nuxt generate"}, dependencies={"nuxt": "3"})},
         "nuxt",
         StaticSite(".output/public", "200.html")),
        ({"package.json": package("", "@sveltejs/kit @sveltejs/adapter-static vite"),
          "svelte.config.js": "from '@sveltejs/adapter-static'; a({ fallback: '200.html' })"},
         "sveltekit", StaticSite("build", "200.html")),
        ({"package.json": package("", "@react-router/dev"),
          "react-router.config.ts": "export default { ssr: false }"},
         "react-router", StaticSite("build/client", "index.html")),
    ],
)  # fmt: skip
def test_built_into_files(texts: dict[str, Any], slug: str | None, expected: StaticSite) -> None:
    stack = found(texts)
    assert (stack.name, stack.framework) == ("node", slug)
    assert site(texts) == expected
    assert stack.recipe.build
    assert stack.recipe.processes == {}


def test_output_folders_stay_inside() -> None:
    texts = {"package.json": package("react", "vite"), "vite.config.js": "outDir: '../../etc'"}
    with pytest.raises(NothingToRun):
        detect(tree(texts))


@pytest.mark.parametrize(
    ("scripts", "command"),
    [
        ({"start": "node server.js"}, "node server.js"),
        ({"start": "node -r dotenv/config ./server.js"}, "node -r dotenv/config ./server.js"),
        ({"start": "NODE_ENV=x node server.js && true"}, "npm run --silent start"),
        ({"start": "node server.js", "prestart": "make"}, "npm run --silent start"),
        ({"start": "nodemon server.js"}, "node server.js"),
        ({"start": "nodemon", "start:prod": "node server.js"}, "node server.js"),
        ({"dev": "nodemon server.js"}, "node server.js"),
        ({"start": "echo no"}, "node server.js"),
        ({}, "node server.js"),
        ({"start": "vite"}, "node server.js"),
        ({"start": "ts-node server.ts"}, "npm run --silent start"),
    ],
)
def test_the_script_for_production(scripts: dict[str, str], command: str) -> None:
    texts = {"package.json": package("express", "vite", scripts), "server.js": LISTENS}
    assert web(texts) == command


def test_main_is_used_if_it_is_there() -> None:
    texts = {"package.json": package("express", main="lib/app"), "lib/app.js": LISTENS}
    assert web(texts) == "node lib/app.js"
    texts = {"package.json": package("express", main="gone.js"), "index.js": LISTENS}
    assert web(texts) == "node index.js"


def test_a_script_that_names_a_missing_file_is_no_start() -> None:
    texts = {"package.json": package("express", scripts={"start": "node gone.js"})}
    with pytest.raises(NothingToRun, match="express"):
        detect(tree(texts))
    assert survey(tree(texts))[0].confidence <= 40


def test_a_file_that_the_build_makes_is_a_start() -> None:
    scripts = {"start": "node dist/main.js"}
    texts = {
        "package.json": package("express", "typescript", scripts),
        "tsconfig.json": "{}",
        "src/main.ts": LISTENS,
    }
    assert web(texts) == "node dist/main.js"
    assert lines(recipe(texts).build) == ["npx tsc"]


def test_server_and_browser_code_in_one_package_is_the_server() -> None:
    scripts = {"start": "node server.js", "build": "vite build"}
    texts = {
        "package.json": package("express react", "vite", scripts),
        "index.html": "",
        "server.js": LISTENS,
    }
    assert found(texts).framework == "express"
    assert lines(recipe(texts).build) == ["npm run build"]


def test_a_server_for_development_only_is_not_the_framework() -> None:
    texts = {"package.json": package("react", "vite express"), "index.html": ""}
    assert found(texts).framework == "react"


@pytest.mark.parametrize(
    ("source", "port", "start"),
    [
        ("app.listen(3000)", 3000, "node server.js"),
        ("const port = 4000;\napp.listen(port, () => {})", 4000, "node server.js"),
        ("fastify.listen({ host: 'x', port: 5000 })", 5000, "node server.js"),
        ("const port = process.env.PORT || 3000;\napp.listen(port)", None, "node server.js"),
        ("app.listen(process.env['PORT'])", None, "node server.js"),
        ("app.listen(process.env.APP_PORT || 3000)", None, "env APP_PORT=$PORT node server.js"),
        ("connect(process.env.DB_PORT); app.listen(3000)", 3000, "node server.js"),
    ],
)
def test_ports_in_the_code(source: str, port: int | None, start: str) -> None:
    scripts = {"start": "node server.js"}
    texts = {"package.json": package("express", scripts=scripts), "server.js": source}
    assert recipe(texts).port == port
    assert web(texts) == start


def test_secrets_without_a_default() -> None:
    source = (
        "jwt.sign(x, process.env.JWT_SECRET); s(process.env.SESSION_SECRET || 'dev');"
        " process.env['COOKIE_SECRET'] ; process.env.STRIPE_SECRET_KEY ;"
        " process.env.APP_SECRET ?? 1"
    )
    texts = {"package.json": package("express", scripts={"start": "node a.js"}), "a.js": source}
    assert recipe(texts).secrets == ("COOKIE_SECRET", "JWT_SECRET")


def test_secrets_that_a_validator_requires() -> None:
    source = (
        "process.env; Joi.object({ JWT_SECRET: Joi.string().required(),\n"
        " SESSION_SECRET: Joi.string().default('x'),\n COOKIE_SECRET: z.string().min(9) })"
    )
    texts = {"package.json": package("express", scripts={"start": "node a.js"}), "a.js": source}
    assert recipe(texts).secrets == ("COOKIE_SECRET", "JWT_SECRET")


def test_a_development_server_is_the_last_resort_and_is_said() -> None:
    texts = {"package.json": package("express", "nodemon", {"start": "nodemon src/main.ts"})}
    stack = found(texts | {"src/main.ts": LISTENS})
    assert web(texts) == "npm run --silent start"
    assert stack.confidence < 50
    assert "development server" in stack.recipe.notes[0]


@pytest.mark.parametrize(
    ("version", "node", "build"),
    [
        ("4.0.3", None, "env NODE_OPTIONS=--openssl-legacy-provider npm run build"),
        ("^5.0.1", None, "npm run build"),
        ("4.0.3", "14.x", "npm run build"),
        ("4.0.3", ">=12", "env NODE_OPTIONS=--openssl-legacy-provider npm run build"),
    ],
)
def test_builds_with_webpack_4_get_the_hashes_they_need(
    version: str, node: str | None, build: str
) -> None:
    used = {"react": "16", "react-scripts": version}
    manifest = package(scripts={"build": "react-scripts build"}, dependencies=used)
    texts = {"package.json": manifest | ({"engines": {"node": node}} if node else {})}
    assert lines(recipe(texts).build) == [build]


def prisma(**more: Any) -> dict[str, Any]:
    schema = 'datasource db {\n  provider = "sqlite"\n  url = "file:./dev.db"\n}'
    scripts = {"start": "node server.js"}
    texts = {"package.json": package("express @prisma/client", "prisma", scripts)}
    return texts | {"server.js": LISTENS, "prisma/schema.prisma": schema, **more}


def test_prisma() -> None:
    migration = {"prisma/migrations/1_init/migration.sql": ""}
    assert lines(recipe(prisma(**migration)).release) == ["npx prisma migrate deploy"]
    assert lines(recipe(prisma()).release) == ["npx prisma db push"]
    assert lines(recipe(prisma()).build) == ["npx prisma generate"]
    assert recipe(prisma()).shared == ("prisma/dev.db",)


@pytest.mark.parametrize(
    ("dependencies", "files", "command"),
    [
        ("knex", {"knexfile.js": ""}, "npx knex migrate:latest"),
        ("sequelize-cli", {"migrations/1.js": ""}, "npx sequelize-cli db:migrate"),
        ("drizzle-kit", {"drizzle.config.ts": "", "drizzle/0.sql": ""}, "npx drizzle-kit migrate"),
    ],
)
def test_other_schema_steps(dependencies: str, files: dict[str, str], command: str) -> None:
    scripts = {"start": "node server.js"}
    texts = {"package.json": package("express " + dependencies, scripts=scripts), **files}
    assert lines(recipe(texts | {"server.js": LISTENS}).release) == [command]


def test_what_postinstall_makes_is_made_for_every_release() -> None:
    scripts = {"start": "node server.js", "postinstall": "node make.js"}
    texts = {"package.json": package("express", scripts=scripts), "server.js": LISTENS}
    assert lines(recipe(texts).build) == ["npm run postinstall"]


def test_a_library_is_nothing_to_run() -> None:
    texts = {"package.json": {"name": "pad", "main": "index.js", "files": ["index.js"]},
             "index.js": "module.exports = () => 1"}  # fmt: skip
    with pytest.raises(NothingToRun):
        detect(tree(texts))


def test_a_server_without_manifest() -> None:
    texts = {"server.js": "require('http').createServer(f).listen(8080)"}
    assert web(texts) == "node server.js"
    assert recipe(texts).port == 8080


def test_what_runs_on_another_runtime_is_refused_with_the_reason() -> None:
    texts = {"package.json": package("figlet", scripts={"start": "bun index.ts"})}
    with pytest.raises(NothingToRun, match="looks like bun"):
        detect(tree(texts))
