# One image for each function. Build it with --build-arg FUNCTION=web, ingest, forecast or broker (the
# local broker, for compose.yaml). The base image can be any with glibc, pip and Python 3.10 or newer.
# No other image is needed.
#
# The images share layers: all have `shared`, and ingest and forecast also have `prices`. A node that
# runs all functions pulls each layer once. The layers that belong to one function come last.
ARG BASE_IMAGE=python:3.12-slim
ARG FUNCTION

FROM ${BASE_IMAGE} AS shared-build
COPY functions/common/requirements.txt /build/
# If you need a mirror or a proxy, pass a pip.conf as the secret `pip`. No layer contains it.
# Containers cannot write bytecode, and compiling takes longer than the rest of a start. So the build
# compiles everything. Python does not compare this bytecode with its source.
RUN --mount=type=secret,id=pip,target=/run/secrets/pip.conf \
    PIP_CONFIG_FILE=/run/secrets/pip.conf python3 -m pip install --quiet --no-cache-dir \
      --disable-pip-version-check --root-user-action=ignore --no-compile \
      --only-binary=:all: --require-hashes --target /app/lib -r /build/requirements.txt \
 && python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /app/lib

FROM ${BASE_IMAGE} AS shared
# The official Python images do not contain the standard library's bytecode.
RUN python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash \
      -x '/(test|idlelib|lib2to3|tkinter|turtledemo|ensurepip|pydoc_data|site-packages|dist-packages)/' \
      "$(python3 -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')"
COPY --from=shared-build /app/lib /app/lib
# One process handles THREADS requests at once. web's event loop has no such limit. Only /tmp is writable.
# MALLOC_*: threads share memory, and a freed price history makes room for the next one (as in local/stack.py).
ENV PYTHONPATH=/app:/app/lib \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    MPLCONFIGDIR=/tmp/matplotlib \
    HOST=0.0.0.0 \
    PORT=8080 \
    WORKERS=1 \
    THREADS=16 \
    MALLOC_ARENA_MAX=2 \
    MALLOC_MMAP_THRESHOLD_=67108864 \
    MALLOC_TRIM_THRESHOLD_=67108864
WORKDIR /app
EXPOSE 8080
STOPSIGNAL SIGTERM
# As process 1, Python would ignore a SIGTERM that arrives before it sets a handler.
ENTRYPOINT ["/app/lib/bin/dumb-init", "--single-child", "--"]
CMD ["python3", "-m", "functions_framework"]

FROM shared AS prices-build
COPY functions/common/requirements-prices.txt /build/requirements.txt
COPY local/own_files.py /build/
RUN --mount=type=secret,id=pip,target=/run/secrets/pip.conf \
    PIP_CONFIG_FILE=/run/secrets/pip.conf python3 -m pip install --quiet --no-cache-dir \
      --disable-pip-version-check --root-user-action=ignore --no-compile \
      --only-binary=:all: --require-hashes --target /own -r /build/requirements.txt \
 && python3 /build/own_files.py /own /app/lib \
 && python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /own

FROM shared AS prices
COPY --from=prices-build /own /app/lib

FROM shared AS web-requirements
COPY functions/web/requirements.txt /build/
FROM prices AS ingest-requirements
COPY functions/ingest/requirements.txt /build/
FROM prices AS forecast-requirements
COPY functions/forecast/requirements.txt /build/
FROM shared AS broker-requirements
COPY local/broker/requirements.txt /build/

FROM ${FUNCTION}-requirements AS own-build
COPY local/own_files.py /build/
RUN --mount=type=secret,id=pip,target=/run/secrets/pip.conf \
    PIP_CONFIG_FILE=/run/secrets/pip.conf python3 -m pip install --quiet --no-cache-dir \
      --disable-pip-version-check --root-user-action=ignore --no-compile \
      --only-binary=:all: --require-hashes --target /own -r /build/requirements.txt \
 && python3 /build/own_files.py /own /app/lib \
 && python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /own

FROM shared AS web-code
COPY functions/web /code/functions/web
FROM shared AS ingest-code
COPY functions/ingest /code/functions/ingest
FROM shared AS forecast-code
COPY functions/forecast /code/functions/forecast
FROM shared AS broker-code
COPY local/__init__.py /code/local/
COPY local/broker /code/local/broker
COPY knative/base /code/knative/base

FROM ${FUNCTION}-code AS code
COPY functions/__init__.py /code/functions/
COPY functions/common /code/functions/common
RUN python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /code

# The page's npm packages. A wheel contains npm. To use a mirror, pass a .npmrc as the secret `npm`.
FROM ${BASE_IMAGE} AS page
WORKDIR /page
COPY requirements-page.txt .
RUN --mount=type=secret,id=pip,target=/run/secrets/pip.conf \
    PIP_CONFIG_FILE=/run/secrets/pip.conf python3 -m pip install --quiet --no-cache-dir \
      --disable-pip-version-check --root-user-action=ignore --only-binary=:all: --require-hashes \
      -r requirements-page.txt
COPY .npmrc package.json package-lock.json ./
COPY local/vendor.py local/
COPY static static
RUN --mount=type=secret,id=npm,target=/run/secrets/npmrc \
    NPM_CONFIG_USERCONFIG=/run/secrets/npmrc python3 local/vendor.py --production

FROM prices AS ingest
FROM prices AS forecast
FROM shared AS web
ENV FUNCTION_USE_ASGI=true
COPY --from=page /page/static /app/static
FROM shared AS broker
CMD ["python3", "-m", "local.broker.server", "--host", "0.0.0.0", "--port", "8080", \
     "--triggers", "/app/knative/base", "--service", "web=http://web:8080", \
     "--service", "ingest=http://ingest:8080", "--service", "forecast=http://forecast:8080"]

FROM ${FUNCTION}
ARG FUNCTION
ARG BASE_IMAGE
ARG VERSION=unknown
ARG REVISION=unknown
COPY --from=own-build /own /app/lib
COPY --from=code /code /app
ENV FUNCTION_TARGET=${FUNCTION} \
    FUNCTION_SOURCE=/app/functions/${FUNCTION}/main.py
USER 65532:65532
LABEL org.opencontainers.image.title="stockcast-${FUNCTION}" \
      org.opencontainers.image.description="The ${FUNCTION} of Stockcast" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${BASE_IMAGE}"
