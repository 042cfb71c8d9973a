# shop: build with `docker build -t shop .` (Docker 23+).
# A mirror: --build-arg REGISTRY=mirror.example. Another base: --build-arg BASE=.
ARG REGISTRY=docker.io
ARG BASE=${REGISTRY}/library/alpine:3.22

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
    env CGO_ENABLED=0 go build -trimpath '-ldflags=-s -w' -o bin/app .

FROM ${BASE} AS run
ARG BASE
LABEL org.opencontainers.image.base.name="${BASE}"
LABEL org.opencontainers.image.title=shop
ENV GIN_MODE=release \
    PORT=8080
RUN apk add --no-cache ca-certificates tzdata
# At home in /tmp, where tools may leave what they must.
RUN addgroup -g 10001 app && \
    adduser -D -H -h /tmp -u 10001 -G app app
WORKDIR /app
COPY --from=build /app/bin/app ./bin/app
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["/bin/sh", "-c", "said=$(wget -T 4 -O /dev/null \"http://127.0.0.1:$PORT/\" 2>&1) || case \"$said\" in *\" 4\"[0-9][0-9]\" \"*) ;; *) exit 1 ;; esac"]
CMD ["./bin/app"]
