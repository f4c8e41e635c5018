# The image of the service: `api`, `worker`, `sweeper` and `migrate`, and every other command of `goldenhour`.
# To pin the base: --build-arg PYTHON=python:3.11-slim-bookworm@sha256:...
ARG PYTHON=python:3.11-slim-bookworm

FROM ${PYTHON} AS build
WORKDIR /build
# What changes seldom goes first. pip is the base's own: what it fills never holds it.
COPY requirements.lock ./
RUN python -m venv --without-pip /opt/venv && \
    python -m pip --python /opt/venv/bin/python install --no-compile --require-hashes -r requirements.lock
COPY config /app/config
COPY workers /app/workers
COPY service /app/service
# Compiled here, for nothing can be written later. Readable by everybody, whatever the checkout's permissions were.
RUN python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/venv/lib /app/service /app/workers && \
    chmod -R u=rwX,go=rX /opt/venv /app

FROM ${PYTHON}
RUN python -m pip uninstall --quiet --yes --root-user-action=ignore setuptools wheel pip && \
    rm -rf /usr/local/lib/python3.11/ensurepip
COPY LICENSE NOTICE /app/
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
ENV PATH=/opt/venv/bin:/app/service/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /app
USER 10001:10001
EXPOSE 8080 8081
STOPSIGNAL SIGTERM
ENTRYPOINT ["goldenhour"]
CMD ["api"]
# Last, so that another revision builds nothing anew.
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="goldenhour" \
      org.opencontainers.image.description="Hears hopelessness and suicidality in a first contact, and pages a clinician until one has taken the case." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
