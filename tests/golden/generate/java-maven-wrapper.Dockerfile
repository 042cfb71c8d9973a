# shop: build with `docker build -t shop .` (Docker 23+).
# A mirror: --build-arg REGISTRY=mirror.example. Another base: --build-arg BASE=.
ARG REGISTRY=docker.io
ARG BASE=${REGISTRY}/library/eclipse-temurin:21-jre-noble

FROM ${REGISTRY}/library/eclipse-temurin:21-jdk-noble AS build
WORKDIR /app
COPY .mvn ./.mvn
COPY mvnw pom.xml ./
RUN --mount=type=cache,target=/root/.m2 \
    --mount=type=secret,id=maven-settings,target=/root/.m2/settings.xml \
    sh ./mvnw -B -q dependency:go-offline
COPY . ./
RUN --mount=type=cache,target=/root/.m2 \
    --mount=type=secret,id=maven-settings,target=/root/.m2/settings.xml \
    sh ./mvnw -B -DskipTests package && \
    mkdir -p /out && \
    find target -maxdepth 1 -path 'target/*.jar' \
        ! -name '*-plain.*' ! -name '*-sources.*' ! -name '*-javadoc.*' ! -name 'original-*' \
        -exec cp {} /out/app.jar \; && \
    test -f /out/app.jar

FROM ${BASE} AS run
ARG BASE
LABEL org.opencontainers.image.base.name="${BASE}"
LABEL org.opencontainers.image.title=shop
ENV JAVA_TOOL_OPTIONS="-XX:MaxRAMPercentage=75 -XX:+ExitOnOutOfMemoryError" \
    PORT=8080
# At home in /tmp, where tools may leave what they must.
RUN groupadd --gid 10001 app && \
    useradd --uid 10001 --gid app --home-dir /tmp --no-create-home --no-log-init app
WORKDIR /app
COPY --from=build /out/app.jar ./app.jar
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["/bin/bash", "-c", "exec 3<>\"/dev/tcp/127.0.0.1/$PORT\" && printf 'GET /actuator/health HTTP/1.0\\r\\nHost: 127.0.0.1\\r\\n\\r\\n' >&3 && read -r -t 4 _ status _ <&3 && [ \"$status\" -lt 400 ]"]
CMD ["/bin/sh", "-c", "exec java -Dserver.port=$PORT -jar app.jar"]
