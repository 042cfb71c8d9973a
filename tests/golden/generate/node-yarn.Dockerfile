# api: build with `docker build -t api .` (Docker 23+).
# A mirror: --build-arg REGISTRY=mirror.example. Another base: --build-arg BASE=.
ARG REGISTRY=docker.io
ARG BASE=${REGISTRY}/library/node:24-trixie-slim

FROM ${REGISTRY}/library/node:24-trixie AS build
# The full image has the compilers that native modules need.
ENV NODE_ENV=production
WORKDIR /app
RUN --mount=type=cache,target=/root/.npm \
    npm install --global --force yarn@1
COPY package.json yarn.lock ./
RUN --mount=type=cache,target=/usr/local/share/.cache/yarn \
    --mount=type=secret,id=npmrc,target=/root/.npmrc \
    yarn install --frozen-lockfile --production=false
COPY . ./
RUN --mount=type=cache,target=/usr/local/share/.cache/yarn \
    yarn install --production --frozen-lockfile --ignore-scripts --prefer-offline

FROM ${BASE} AS run
ARG BASE
LABEL org.opencontainers.image.base.name="${BASE}"
LABEL org.opencontainers.image.title=api
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
    CMD ["node", "-e", "require('http').get({host: '127.0.0.1', port: process.env.PORT, path: '/', timeout: 4000}, (r) => process.exit(r.statusCode >= 500 ? 1 : 0)).on('error', () => process.exit(1))"]
CMD ["node", "server.js"]
