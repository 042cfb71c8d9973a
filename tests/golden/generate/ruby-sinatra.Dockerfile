# shop: build with `docker build -t shop .` (Docker 23+).
# A mirror: --build-arg REGISTRY=mirror.example. Another base: --build-arg BASE=.
ARG REGISTRY=docker.io
ARG BASE=${REGISTRY}/library/ruby:3.1-slim-bookworm

FROM ${REGISTRY}/library/ruby:3.1-bookworm AS build
ENV BUNDLE_GLOBAL_GEM_CACHE=true \
    BUNDLE_PATH=/usr/local/bundle \
    BUNDLE_WITHOUT=development:test \
    RACK_ENV=production
WORKDIR /app
COPY Gemfile ./
COPY libs/local/lib/local/version.rb ./libs/local/lib/local/
COPY libs/local/local.gemspec ./libs/local/
RUN --mount=type=cache,target=/root/.bundle/cache \
    --mount=type=secret,id=netrc,target=/root/.netrc \
    env BUNDLE_DEPLOYMENT=0 bundle install
COPY . ./

FROM ${BASE} AS run
ARG BASE
LABEL org.opencontainers.image.base.name="${BASE}"
LABEL org.opencontainers.image.title=shop
ENV BUNDLE_PATH=/usr/local/bundle \
    BUNDLE_WITHOUT=development:test \
    PORT=3000 \
    RACK_ENV=production
# At home in /tmp, where tools may leave what they must.
RUN groupadd --gid 10001 app && \
    useradd --uid 10001 --gid app --home-dir /tmp --no-create-home --no-log-init app
WORKDIR /app
COPY --from=build /usr/local/bundle /usr/local/bundle
COPY --from=build /app ./
USER 10001:10001
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["ruby", "-rnet/http", "-e", "r = Net::HTTP.start('127.0.0.1', ENV['PORT'].to_i, open_timeout: 4, read_timeout: 4) { |h| h.get('/') }; exit(r.code.to_i < 500)"]
CMD ["/bin/sh", "-c", "exec bundle exec ruby app.rb -o 0.0.0.0 -p \"$PORT\""]
