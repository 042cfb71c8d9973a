# shop: build with `docker build -t shop .` (Docker 23+).
# A mirror: --build-arg REGISTRY=mirror.example. Another base: --build-arg BASE=.
ARG REGISTRY=docker.io
ARG BASE=${REGISTRY}/denoland/deno:2

FROM ${REGISTRY}/denoland/deno:2 AS build
WORKDIR /app
# No cache mount: what is fetched is run from this folder, so it is kept.
ENV DENO_DIR=/deno-dir
COPY deno.json deno.lock ./
RUN mkdir -p /deno-dir && \
    deno install --frozen
COPY . ./
RUN deno cache main.ts

FROM ${BASE} AS run
ARG BASE
LABEL org.opencontainers.image.base.name="${BASE}"
LABEL org.opencontainers.image.title=shop
ENV DENO_DIR=/deno-dir \
    DENO_NO_UPDATE_CHECK=1 \
    PORT=8000
# At home in /tmp, where tools may leave what they must.
RUN groupadd --gid 10001 app && \
    useradd --uid 10001 --gid app --home-dir /tmp --no-create-home --no-log-init app
WORKDIR /app
COPY --from=build /deno-dir /deno-dir
COPY --from=build /app ./
# What the program writes to; all else stays root's, which it is not.
RUN mkdir -p /deno-dir && \
    chown -R 10001:10001 /deno-dir
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["deno", "eval", "const r = await fetch('http://127.0.0.1:' + Deno.env.get('PORT') + '/', {redirect: 'manual'}); Deno.exit(r.status >= 500 ? 1 : 0)"]
CMD ["deno", "run", "--allow-net", "--allow-env", "--allow-read", "main.ts"]
