# shop: build with `docker build -t shop .` (Docker 23+).
# A mirror: --build-arg REGISTRY=mirror.example. Another base: --build-arg BASE=.
ARG REGISTRY=docker.io
ARG BASE=${REGISTRY}/library/debian:trixie-slim

FROM ${REGISTRY}/library/rust:1-trixie AS build
WORKDIR /app
COPY Cargo.lock Cargo.toml ./
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/usr/local/cargo/git/db \
    --mount=type=cache,target=/app/target,sharing=locked \
    mkdir -p src && \
    touch src/lib.rs src/main.rs && \
    cargo fetch --locked
COPY . ./
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/usr/local/cargo/git/db \
    --mount=type=cache,target=/app/target,sharing=locked \
    cargo build --release --locked --bin api && \
    mkdir -p /out && \
    cp target/release/api /out/program

FROM ${BASE} AS run
ARG BASE
LABEL org.opencontainers.image.base.name="${BASE}"
LABEL org.opencontainers.image.title=shop
ENV PORT=8080 \
    ROCKET_ADDRESS=0.0.0.0
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
COPY --from=build /out/program ./target/release/api
# What the program may read as it runs; add what else it opens.
COPY static ./static
COPY Rocket.toml ./
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["/bin/bash", "-c", "exec 3<>\"/dev/tcp/127.0.0.1/$PORT\" && printf 'GET / HTTP/1.0\\r\\nHost: 127.0.0.1\\r\\n\\r\\n' >&3 && read -r -t 4 _ status _ <&3 && [ \"$status\" -lt 500 ]"]
CMD ["/bin/sh", "-c", "exec env \"ROCKET_PORT=$PORT\" ./target/release/api"]
