# shop: build with `docker build -t shop .` (Docker 23+).
# A mirror: --build-arg REGISTRY=mirror.example. Another base: --build-arg BASE=.
ARG REGISTRY=docker.io
ARG BASE=${REGISTRY}/library/php:7.4-apache-bullseye

FROM ${REGISTRY}/library/composer:2 AS composer

FROM ${BASE} AS extensions

FROM extensions AS build
ENV COMPOSER_ALLOW_SUPERUSER=1 \
    COMPOSER_CACHE_DIR=/tmp/composer
WORKDIR /app
# Lists and archives stay in BuildKit's cache, so none is in the layer.
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && \
    apt-get update && \
    apt-get install -y --no-install-recommends git unzip
COPY --from=composer /usr/bin/composer /usr/bin/composer
COPY . ./

FROM ${BASE} AS run
ARG BASE
LABEL org.opencontainers.image.base.name="${BASE}"
LABEL org.opencontainers.image.title=shop
ENV PORT=8080
# At home in /tmp, where tools may leave what they must.
RUN groupadd --gid 10001 app && \
    useradd --uid 10001 --gid app --home-dir /tmp --no-create-home --no-log-init app
# Production settings; pages below their folder; a port that needs no root.
RUN mv "$PHP_INI_DIR/php.ini-production" "$PHP_INI_DIR/php.ini" && \
    a2enmod rewrite headers && \
    sed -ri 's!/var/www/html!/app!g' /etc/apache2/sites-available/*.conf && \
    sed -ri 's!/var/www/!/app/!g' /etc/apache2/apache2.conf /etc/apache2/conf-available/*.conf && \
    sed -ri "s!^Listen 80\$!Listen \${PORT}!" /etc/apache2/ports.conf && \
    sed -ri "s!:80>!:\${PORT}>!" /etc/apache2/sites-available/000-default.conf
WORKDIR /app
COPY --from=build /app ./
# What the program writes to; all else stays root's, which it is not.
RUN mkdir -p wp-content && \
    chown -R 10001:10001 wp-content
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGWINCH
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["php", "-r", "$c = stream_context_create(['http' => ['ignore_errors' => true, 'timeout' => 4, 'follow_location' => 0]]); @file_get_contents('http://127.0.0.1:' . getenv('PORT') . '/', false, $c); $s = explode(' ', $http_response_header[0] ?? 'HTTP/1.1 599')[1]; exit((int)$s < 500 ? 0 : 1);"]
CMD ["apache2-foreground"]
