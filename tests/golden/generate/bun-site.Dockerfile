# shop: build with `docker build -t shop .` (Docker 23+).
# A mirror: --build-arg REGISTRY=mirror.example. Another base: --build-arg BASE=.
ARG REGISTRY=docker.io
ARG BASE=${REGISTRY}/library/caddy:2.10-alpine

FROM ${REGISTRY}/oven/bun:1 AS build
WORKDIR /app
COPY bun.lock package.json ./
COPY . ./
RUN --mount=type=cache,target=/root/.bun/install/cache \
    --mount=type=secret,id=npmrc,target=/root/.npmrc \
    bun run build

FROM ${BASE} AS run
ARG BASE
LABEL org.opencontainers.image.base.name="${BASE}"
LABEL org.opencontainers.image.title=shop
ENV PORT=8080
# At home in /tmp, where tools may leave what they must.
RUN addgroup -g 10001 app && \
    adduser -D -H -h /tmp -u 10001 -G app app
# The right to low ports is not used here, and a program that has it does not start where new rights
# are forbidden (no-new-privileges).
RUN setcap -r /usr/bin/caddy
WORKDIR /srv
COPY Caddyfile /etc/caddy/Caddyfile
COPY --from=build /app/dist /srv
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["/bin/sh", "-c", "said=$(wget -T 4 -O /dev/null \"http://127.0.0.1:$PORT/\" 2>&1) || case \"$said\" in *\" 4\"[0-9][0-9]\" \"*) ;; *) exit 1 ;; esac"]
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile"]
