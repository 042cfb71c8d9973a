# shop: build with `docker build -t shop .` (Docker 23+).
# A mirror: --build-arg REGISTRY=mirror.example. Another base: --build-arg BASE=.
ARG REGISTRY=docker.io
ARG BASE=${REGISTRY}/library/debian:trixie-slim

FROM ${REGISTRY}/library/golang:1.26-trixie AS build
WORKDIR /app
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod \
    --mount=type=cache,target=/root/.cache/go-build \
    --mount=type=secret,id=netrc,target=/root/.netrc \
    go mod download
COPY . ./
RUN --mount=type=cache,target=/go/pkg/mod \
    --mount=type=cache,target=/root/.cache/go-build \
    --mount=type=secret,id=netrc,target=/root/.netrc \
    env CGO_ENABLED=1 go build -trimpath '-ldflags=-s -w' -o bin/app .

FROM ${BASE} AS run
ARG BASE
LABEL org.opencontainers.image.base.name="${BASE}"
LABEL org.opencontainers.image.title=shop
ENV GIN_MODE=release \
    PORT=8080
# Lists and archives stay in BuildKit's cache, so none is in the layer.
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && \
    apt-get update && \
    apt-get install -y --no-install-recommends ca-certificates
# At home in /tmp, where tools may leave what they must.
RUN groupadd --gid 10001 app && \
    useradd --uid 10001 --gid app --home-dir /tmp --no-create-home --no-log-init app
WORKDIR /app
COPY --from=build /app/bin/app ./bin/app
# What the program may read as it runs; add what else it opens.
COPY templates ./templates
COPY config.yaml ./
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["/bin/bash", "-c", "exec 3<>\"/dev/tcp/127.0.0.1/$PORT\" && printf 'GET / HTTP/1.0\\r\\nHost: 127.0.0.1\\r\\n\\r\\n' >&3 && read -r -t 4 _ status _ <&3 && [ \"$status\" -lt 500 ]"]
CMD ["./bin/app"]
