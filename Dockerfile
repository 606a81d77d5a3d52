# One image for each function: build with --build-arg FUNCTION=web, ingest or forecast.
# Any base with Python 3.10 or newer and pip will do; it is the only thing taken from outside.
ARG BASE_IMAGE=python:3.12-slim
ARG FUNCTION

FROM ${BASE_IMAGE} AS build
ARG FUNCTION
WORKDIR /build
COPY functions/${FUNCTION}/requirements.txt .
# The secret `pip` is a pip.conf that names a mirror or a proxy, where one is needed; no layer has it.
RUN --mount=type=secret,id=pip,target=/run/secrets/pip.conf \
    PIP_CONFIG_FILE=/run/secrets/pip.conf python3 -m pip install --quiet --no-cache-dir \
      --disable-pip-version-check --root-user-action=ignore --no-compile \
      --only-binary=:all: --require-hashes --target /app/lib -r requirements.txt
COPY functions/__init__.py /app/functions/
COPY functions/common /app/functions/common
COPY functions/${FUNCTION} /app/functions/${FUNCTION}
# Bytecode is never written at run time, so it has to be there: compiling at each start would
# cost more than the start itself. It is never checked against its source either.
RUN python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /app

# What the page takes from npm, by the npm of a wheel. The secret `npm` is a .npmrc for a mirror.
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

FROM ${BASE_IMAGE} AS common
# The official images come without the bytecode of the standard library.
RUN python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash \
      -x '/(test|idlelib|lib2to3|tkinter|turtledemo|ensurepip|pydoc_data|site-packages|dist-packages)/' \
      "$(python3 -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')"
ARG FUNCTION
COPY --from=build /app/lib /app/lib
COPY --from=build /app/functions /app/functions
# One process takes THREADS requests at once (web's one event loop any number). Only /tmp is written.
ENV PYTHONPATH=/app:/app/lib \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    MPLCONFIGDIR=/tmp/matplotlib \
    HOST=0.0.0.0 \
    PORT=8080 \
    WORKERS=1 \
    THREADS=16 \
    FUNCTION_TARGET=${FUNCTION} \
    FUNCTION_SOURCE=/app/functions/${FUNCTION}/main.py
WORKDIR /app
EXPOSE 8080
STOPSIGNAL SIGTERM
USER 65532:65532
CMD ["python3", "-m", "functions_framework"]

FROM common AS ingest
FROM common AS forecast
FROM common AS web
ENV FUNCTION_USE_ASGI=true
COPY --from=page /page/static /app/static

FROM ${FUNCTION}
ARG FUNCTION
ARG BASE_IMAGE
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="stockcast-${FUNCTION}" \
      org.opencontainers.image.description="The ${FUNCTION} function of Stockcast" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${BASE_IMAGE}"
