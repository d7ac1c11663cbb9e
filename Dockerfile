# The connector as an image, on any base that has Python 3.11 to 3.13 with its venv module:
#   docker build --build-arg BASE_IMAGE=<your base> --tag airbyte/source-zoho:dev .
# There is no default: a company's own base, a test's small one and Airbyte's are all right.
ARG BASE_IMAGE
FROM ${BASE_IMAGE}

# What is installed is named, so that nothing else of a checkout (secrets above all) can get into an image.
WORKDIR /airbyte/integration_code
COPY pyproject.toml README.md LICENSE manifest.yaml ./
COPY schemas ./schemas
COPY source_zoho ./source_zoho

# An environment of our own: some bases keep pip away from the system's Python.
RUN python3 -m venv /opt/source-zoho \
    && /opt/source-zoho/bin/pip install --no-cache-dir '.[webhooks]' \
    && (id airbyte >/dev/null 2>&1 || useradd --create-home airbyte)

# Airbyte's platform asks this variable for the command; people use the entry point.
ENV AIRBYTE_ENTRYPOINT="/opt/source-zoho/bin/source-zoho" \
    PATH="/opt/source-zoho/bin:${PATH}"
USER airbyte
ENTRYPOINT ["/opt/source-zoho/bin/source-zoho"]
