"""Node frameworks: the packages that declare them, and what kind of thing they make."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from pierhead.detect.node.package import Package


class Kind(Enum):
    """What a project of this framework is when it runs."""

    SERVER = "server"  # the project's own code listens
    RENDERED = "rendered"  # built, then served by the framework
    SITE = "site"  # built into files
    INTERFACE = "interface"  # a library for the browser; a build tool makes files of it


@dataclass(frozen=True, slots=True)
class Framework:
    """One framework: its slug and the packages whose declaration means it is used."""

    slug: str
    kind: Kind
    packages: tuple[str, ...]


# Those built on another come first: Next.js projects declare React, NestJS ones often Express.
FRAMEWORKS = (
    Framework("nextjs", Kind.RENDERED, ("next",)),
    Framework("nuxt", Kind.RENDERED, ("nuxt", "nuxt3", "nuxt-edge")),
    Framework("sveltekit", Kind.RENDERED, ("@sveltejs/kit",)),
    Framework("astro", Kind.RENDERED, ("astro",)),
    Framework("remix", Kind.RENDERED, ("@remix-run/react", "@remix-run/node", "@remix-run/serve")),
    Framework("react-router", Kind.RENDERED, ("@react-router/dev",)),
    Framework("gatsby", Kind.SITE, ("gatsby",)),
    Framework("docusaurus", Kind.SITE, ("@docusaurus/core",)),
    Framework("vitepress", Kind.SITE, ("vitepress",)),
    Framework("eleventy", Kind.SITE, ("@11ty/eleventy",)),
    Framework("hexo", Kind.SITE, ("hexo",)),
    Framework("nestjs", Kind.SERVER, ("@nestjs/core",)),
    Framework("adonisjs", Kind.SERVER, ("@adonisjs/core",)),
    Framework("strapi", Kind.SERVER, ("@strapi/strapi", "strapi")),
    Framework("feathers", Kind.SERVER, ("@feathersjs/feathers",)),
    Framework("fastify", Kind.SERVER, ("fastify",)),
    Framework("koa", Kind.SERVER, ("koa",)),
    Framework("hapi", Kind.SERVER, ("@hapi/hapi", "hapi")),
    Framework("hono", Kind.SERVER, ("hono",)),
    Framework("restify", Kind.SERVER, ("restify",)),
    Framework("polka", Kind.SERVER, ("polka",)),
    Framework("express", Kind.SERVER, ("express",)),
    Framework("angular", Kind.INTERFACE, ("@angular/core",)),
    Framework("qwik", Kind.INTERFACE, ("@builder.io/qwik",)),
    Framework("solid", Kind.INTERFACE, ("solid-js",)),
    Framework("preact", Kind.INTERFACE, ("preact",)),
    Framework("svelte", Kind.INTERFACE, ("svelte",)),
    Framework("vue", Kind.INTERFACE, ("vue",)),
    Framework("react", Kind.INTERFACE, ("react",)),
    Framework("lit", Kind.INTERFACE, ("lit", "lit-element")),
)


def declared_frameworks(package: Package) -> list[tuple[Framework, str]]:
    """Frameworks that are declared, first the ones built on others, each with its package.

    A server that is only a development dependency serves mocks and previews.
    """
    found = []
    for framework in FRAMEWORKS:
        for name in framework.packages:
            in_use = name in package.dependencies
            if in_use or (framework.kind is not Kind.SERVER and name in package.dev):
                found.append((framework, name))
                break
    return found
