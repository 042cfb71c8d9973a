# shop: build with `docker build -t shop .` (Docker 23+).
# A mirror: --build-arg REGISTRY=mirror.example. Another base: --build-arg BASE=.
ARG REGISTRY=docker.io
ARG BASE=${REGISTRY}/library/ruby:3.4-slim-trixie

FROM ${REGISTRY}/library/node:24-trixie-slim AS node

FROM ${REGISTRY}/library/ruby:3.4-trixie AS build
ENV BUNDLE_DEPLOYMENT=1 \
    BUNDLE_GLOBAL_GEM_CACHE=true \
    BUNDLE_PATH=/usr/local/bundle \
    BUNDLE_WITHOUT=development:test \
    RAILS_ENV=production \
    RAILS_LOG_TO_STDOUT=1 \
    RAILS_SERVE_STATIC_FILES=1
WORKDIR /app
# Node builds the browser's part of the project.
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && \
    ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
COPY Gemfile Gemfile.lock ./
RUN --mount=type=cache,target=/root/.bundle/cache \
    --mount=type=secret,id=netrc,target=/root/.netrc \
    env BUNDLE_WITHOUT=development:test BUNDLE_DEPLOYMENT=1 bundle install
COPY package-lock.json package.json ./
RUN --mount=type=cache,target=/root/.npm \
    npm ci --include=dev --no-audit --no-fund
COPY . ./
RUN --mount=type=cache,target=/root/.bundle/cache \
    --mount=type=secret,id=netrc,target=/root/.netrc \
    --mount=type=cache,target=/root/.npm \
    npm run build && \
    SECRET_KEY_BASE=not-a-secret-only-there-for-this-build env SECRET_KEY_BASE_DUMMY=1 bundle exec rails assets:precompile && \
    rm -rf node_modules

FROM ${BASE} AS run
ARG BASE
LABEL org.opencontainers.image.base.name="${BASE}"
LABEL org.opencontainers.image.title=shop
# Given when the container starts, never here: SECRET_KEY_BASE.
ENV BUNDLE_DEPLOYMENT=1 \
    BUNDLE_PATH=/usr/local/bundle \
    BUNDLE_WITHOUT=development:test \
    PORT=3000 \
    RAILS_ENV=production \
    RAILS_LOG_TO_STDOUT=1 \
    RAILS_SERVE_STATIC_FILES=1
# Lists and archives stay in BuildKit's cache, so none is in the layer.
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && \
    apt-get update && \
    apt-get install -y --no-install-recommends libpq5
# At home in /tmp, where tools may leave what they must.
RUN groupadd --gid 10001 app && \
    useradd --uid 10001 --gid app --home-dir /tmp --no-create-home --no-log-init app
WORKDIR /app
COPY --from=build /usr/local/bundle /usr/local/bundle
COPY --from=build /app ./
# What the program writes to; all else stays root's, which it is not.
RUN mkdir -p log storage tmp && \
    chown -R 10001:10001 log storage tmp
USER 10001:10001
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["ruby", "-rnet/http", "-e", "r = Net::HTTP.start('127.0.0.1', ENV['PORT'].to_i, open_timeout: 4, read_timeout: 4) { |h| h.get('/up') }; exit(r.code.to_i < 400)"]
CMD ["bundle", "exec", "puma", "-C", "config/puma.rb"]
