# shop: build with `docker build -t shop .` (Docker 23+).
# A mirror: --build-arg REGISTRY=mirror.example. Another base: --build-arg BASE=.
ARG REGISTRY=docker.io
ARG BASE=${REGISTRY}/library/elixir:1.18-slim

FROM ${REGISTRY}/library/elixir:1.18 AS build
ENV LANG=C.UTF-8 \
    MIX_ENV=prod \
    MIX_HOME=/opt/mix
WORKDIR /app
COPY config/config.exs config/prod.exs ./config/
COPY mix.exs mix.lock ./
RUN --mount=type=cache,target=/root/.hex \
    --mount=type=cache,target=/root/.cache/rebar3 \
    mix local.hex --force --if-missing && \
    mix local.rebar --force --if-missing && \
    env MIX_ENV=prod mix deps.get --only prod && \
    mix deps.compile
COPY . ./
RUN --mount=type=cache,target=/root/.hex \
    --mount=type=cache,target=/root/.cache/rebar3 \
    SECRET_KEY_BASE=not-a-secret-only-there-for-this-build env MIX_ENV=prod mix compile && \
    SECRET_KEY_BASE=not-a-secret-only-there-for-this-build env MIX_ENV=prod mix assets.deploy && \
    SECRET_KEY_BASE=not-a-secret-only-there-for-this-build env MIX_ENV=prod mix release --overwrite shop && \
    chmod -R a+rX _build/prod/rel/shop

FROM ${BASE} AS run
ARG BASE
LABEL org.opencontainers.image.base.name="${BASE}"
LABEL org.opencontainers.image.title=shop
# Given when the container starts, never here: SECRET_KEY_BASE.
ENV LANG=C.UTF-8 \
    MIX_ENV=prod \
    PHX_SERVER=true \
    PORT=4000 \
    RELEASE_DISTRIBUTION=none \
    RELEASE_TMP=/tmp
# At home in /tmp, where tools may leave what they must.
RUN groupadd --gid 10001 app && \
    useradd --uid 10001 --gid app --home-dir /tmp --no-create-home --no-log-init app
WORKDIR /app
COPY --from=build /app/_build/prod/rel/shop ./_build/prod/rel/shop
USER 10001:10001
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["/bin/bash", "-c", "exec 3<>\"/dev/tcp/127.0.0.1/$PORT\" && printf 'GET / HTTP/1.0\\r\\nHost: 127.0.0.1\\r\\n\\r\\n' >&3 && read -r -t 4 _ status _ <&3 && [ \"$status\" -lt 500 ]"]
CMD ["./_build/prod/rel/shop/bin/shop", "start"]
