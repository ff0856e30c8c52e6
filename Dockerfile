# queue-seeder with Node and the Pulumi engine, for pipelines that run in a container. Build it after `npm run pack`:
#   docker build --build-arg TARBALL=dist/queue-seeder-0.1.0.tgz --tag queue-seeder .
# Run it in a project whose packages are installed there:
#   docker run --rm --volume "$PWD:/project" queue-seeder validate
FROM node:24.11.1-bookworm-slim

ARG TARBALL
# The versions that this repository is tested with.
ARG PULUMI_VERSION=3.250.0
ARG SDK_VERSION=3.270.0

SHELL ["/bin/bash", "-euo", "pipefail", "-c"]

# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates git \
  && rm -rf /var/lib/apt/lists/*

COPY ${TARBALL} /tmp/queue-seeder.tgz
WORKDIR /opt/queue-seeder
# The package `pulumi` fetches the Pulumi CLI into PULUMI_HOME when it is first called.
ENV PULUMI_HOME=/opt/pulumi PULUMI_SKIP_UPDATE_CHECK=true PATH=/opt/queue-seeder/node_modules/.bin:$PATH
RUN npm init --yes >/dev/null \
  && npm install --ignore-scripts --no-audit --no-fund /tmp/queue-seeder.tgz "pulumi@${PULUMI_VERSION}" "@pulumi/pulumi@${SDK_VERSION}" \
  && pulumi version \
  && chmod -R a+rX /opt \
  && rm -rf /tmp/queue-seeder.tgz /root/.npm

WORKDIR /project
# The user `node` of the base image.
USER 1000
ENTRYPOINT ["queue-seeder"]
CMD ["--help"]
