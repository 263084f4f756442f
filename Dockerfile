# Fairway in a container: `make image`. BASE_IMAGE is used for building and for running, so that both have the same
# libraries; scripts/make-base-image makes one where no registry answers.
ARG BASE_IMAGE=debian:trixie-slim

FROM ${BASE_IMAGE} AS build
WORKDIR /src
# A layer of its own: it is built again only when the list of packages changes.
COPY scripts/install-deps scripts/
RUN scripts/install-deps build
COPY . .
ARG COMMIT=unknown
RUN cmake --preset release -DFAIRWAY_COMMIT="${COMMIT}" \
    && cmake --build --preset release --target fairway \
    && install -D --strip build/release/app/fairway /out/fairway \
    && scripts/runtime-packages /out/fairway >/out/packages

FROM ${BASE_IMAGE}
LABEL org.opencontainers.image.title="Fairway" \
      org.opencontainers.image.description="HTTP/HTTPS Ingress controller and standalone reverse proxy" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /out/packages /tmp/packages
# uid 101 is ingress-nginx's, so that its Deployment's securityContext fits. The capability on the file lets that user
# bind ports 80 and 443.
COPY --from=build /out/fairway /usr/bin/fairway
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
       $(cat /tmp/packages) ca-certificates libcap2-bin \
    && setcap cap_net_bind_service=+ep /usr/bin/fairway \
    && apt-get purge -y -qq --auto-remove libcap2-bin \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log /tmp/packages \
    && groupadd --system --gid 101 fairway \
    && useradd --system --uid 101 --gid 101 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin fairway \
    && ln -s /usr/bin/fairway /nginx-ingress-controller
USER 101
EXPOSE 8080 8443 80 443 10254
# No entrypoint: a Deployment written for ingress-nginx gives /nginx-ingress-controller as the command's first word.
CMD ["/usr/bin/fairway", "demo"]
