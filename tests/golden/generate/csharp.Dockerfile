# shop: build with `docker build -t shop .` (Docker 23+).
# A mirror: --build-arg REGISTRY=mirror.example. Another base: --build-arg BASE=.
ARG REGISTRY=mcr.microsoft.com
ARG BASE=${REGISTRY}/dotnet/aspnet:10.0

FROM ${REGISTRY}/dotnet/sdk:10.0 AS build
WORKDIR /app
COPY Directory.Packages.props Shop.sln ./
COPY src/Core/Core.csproj ./src/Core/
COPY src/Shop/Shop.csproj ./src/Shop/
RUN --mount=type=cache,target=/root/.nuget/packages \
    --mount=type=secret,id=nuget-config,target=/root/.nuget/NuGet/NuGet.Config \
    dotnet restore src/Shop/Shop.csproj
COPY . ./
RUN --mount=type=cache,target=/root/.nuget/packages \
    --mount=type=secret,id=nuget-config,target=/root/.nuget/NuGet/NuGet.Config \
    dotnet publish src/Shop/Shop.csproj --configuration Release --no-restore --output out

FROM ${BASE} AS run
ARG BASE
LABEL org.opencontainers.image.base.name="${BASE}"
LABEL org.opencontainers.image.title=shop
ENV ASPNETCORE_ENVIRONMENT=Production \
    DOTNET_CLI_TELEMETRY_OPTOUT=1 \
    PORT=8080
# At home in /tmp, where tools may leave what they must.
RUN groupadd --gid 10001 app && \
    useradd --uid 10001 --gid app --home-dir /tmp --no-create-home --no-log-init app
WORKDIR /app
COPY --from=build /app/out ./
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["/bin/bash", "-c", "exec 3<>\"/dev/tcp/127.0.0.1/$PORT\" && printf 'GET / HTTP/1.0\\r\\nHost: 127.0.0.1\\r\\n\\r\\n' >&3 && read -r -t 4 _ status _ <&3 && [ \"$status\" -lt 500 ]"]
CMD ["/bin/sh", "-c", "exec dotnet Shop.dll --urls \"http://0.0.0.0:$PORT\""]
