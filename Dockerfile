# Fairway in a container: `make image`. It is built in BASE_IMAGE, of which the image has only the libraries that the
# program needs; scripts/make-base-image makes one where no registry answers.
ARG BASE_IMAGE=debian:trixie-slim

FROM ${BASE_IMAGE} AS build
WORKDIR /src
# A layer of its own: it is built again only when the list of packages changes.
COPY scripts/install-deps scripts/
RUN scripts/install-deps build rootfs
COPY . .
ARG COMMIT=unknown
RUN cmake --preset release -DFAIRWAY_COMMIT="${COMMIT}" \
    && cmake --build --preset release --target fairway \
    && scripts/make-rootfs build/release/app/fairway /rootfs

FROM scratch
LABEL org.opencontainers.image.title="Fairway" \
      org.opencontainers.image.description="HTTP/HTTPS Ingress controller and standalone reverse proxy" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /rootfs /
USER 101
EXPOSE 8080 8443 80 443 10254
# No entrypoint: a Deployment written for ingress-nginx gives /nginx-ingress-controller as the command's first word.
CMD ["/usr/bin/fairway", "demo"]
