# shop: build with `docker build -t shop .` (Docker 23+).
# A mirror: --build-arg REGISTRY=mirror.example. Another base: --build-arg BASE=.
ARG REGISTRY=docker.io
ARG BASE=${REGISTRY}/oven/bun:1-slim

FROM ${REGISTRY}/oven/bun:1 AS build
WORKDIR /app
COPY bun.lock package.json ./
RUN --mount=type=cache,target=/root/.bun/install/cache \
    --mount=type=secret,id=npmrc,target=/root/.npmrc \
    bun install --frozen-lockfile
COPY . ./

FROM ${BASE} AS run
ARG BASE
LABEL org.opencontainers.image.base.name="${BASE}"
LABEL org.opencontainers.image.title=shop
ENV NODE_ENV=production \
    PORT=3000
# At home in /tmp, where tools may leave what they must.
RUN groupadd --gid 10001 app && \
    useradd --uid 10001 --gid app --home-dir /tmp --no-create-home --no-log-init app
WORKDIR /app
COPY --from=build /app ./
USER 10001:10001
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["bun", "-e", "require('http').get({host: '127.0.0.1', port: process.env.PORT, path: '/', timeout: 4000}, (r) => process.exit(r.statusCode >= 500 ? 1 : 0)).on('error', () => process.exit(1))"]
CMD ["bun", "index.ts"]
