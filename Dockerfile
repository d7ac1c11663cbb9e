# The connector as an image.
#   docker build --tag airbyte/source-zoho:dev .
#   docker build --build-arg BASE_IMAGE=<a base of yours> --tag airbyte/source-zoho:dev .
#
# The default is Airbyte's base with Python 3.13, by the digest that Airbyte's own connectors name for this tag; on it
# this file has not been built yet. Any other base does that has Python 3.11 to 3.13 with its venv module, and
# useradd: `poe try-image` builds and runs it on a bare Debian. Builders other than docker may want the name of the
# registry before it.
ARG BASE_IMAGE=airbyte/python-connector-base:4.1.0@sha256:1d1aa21d34e851df4e8a87b391c27724c06e2597608e7161f4d167be853bd7b6

# ── What only the build needs stays in this stage: the checkout, pip, and what pip leaves behind ──
FROM ${BASE_IMAGE} AS build
WORKDIR /checkout
# What is installed is named, so that nothing else of a checkout (secrets above all) can get into an image.
COPY pyproject.toml README.md LICENSE manifest.yaml ./
COPY schemas ./schemas
COPY source_zoho ./source_zoho
# An environment of our own: some bases keep pip away from the system's Python. pip itself, which nobody needs in an
# image, and the tests of libraries would be a fifth of it.
RUN python3 -m venv /opt/source-zoho \
    && /opt/source-zoho/bin/pip install --no-cache-dir '.[webhooks]' \
    && /opt/source-zoho/bin/pip uninstall --yes pip \
    && find /opt/source-zoho/lib -type d -name tests -prune -exec rm -r {} +

# ── The image: the base, that environment and a user ──
FROM ${BASE_IMAGE}
COPY --from=build /opt/source-zoho /opt/source-zoho
# Airbyte's platform starts connectors as user 1000, which its base has already. The folder is for the receiver's events.
RUN (getent passwd 1000 >/dev/null || useradd --uid 1000 --create-home airbyte) \
    && install --directory --owner=1000 --group=1000 /var/lib/source-zoho
WORKDIR /airbyte/integration_code

# The platform asks this variable for the command; people use the entry point.
ENV AIRBYTE_ENTRYPOINT="/opt/source-zoho/bin/source-zoho" \
    PATH="/opt/source-zoho/bin:${PATH}"
LABEL io.airbyte.name="airbyte/source-zoho" \
      io.airbyte.version="0.5.0"
# By number: Kubernetes cannot tell from a name that it is not root.
USER 1000
# No HEALTHCHECK: a connector ends by itself. The receiver from the same image (`webhooks serve`) answers at /healthz.
ENTRYPOINT ["/opt/source-zoho/bin/source-zoho"]
