# The image of all actions: one static binary with the entrypoint names in action.yml. It must build with the classic
# builder and with BuildKit, so it uses only features of both.
ARG GO_IMAGE=golang:1.26
FROM ${GO_IMAGE} AS build
ARG VERSION=dev
# For an architecture other than the builder's: amd64, arm64.
ARG GOARCH
WORKDIR /src
COPY go.mod go.sum main.go ./
COPY internal ./internal
# The binary does not depend on the place or time of the build. To keep the image below 10 MiB, functions are inlined
# only in hot code: packing, redacting and reading plans. .ci/image reads these flags too.
ENV GOFLAGS="-trimpath -buildvcs=false -gcflags=net/...=-l -gcflags=crypto/...=-l -gcflags=math/big=-l -gcflags=mime/...=-l -gcflags=text/...=-l \
-gcflags=fmt=-l -gcflags=reflect=-l -gcflags=encoding/json=-l -gcflags=encoding/asn1=-l -gcflags=scalr-run-action/...=-l \
-gcflags=scalr-run-action/internal/bundle= -gcflags=scalr-run-action/internal/secret= -gcflags=scalr-run-action/internal/jsonstream= \
-gcflags=scalr-run-action/internal/tfplan= -gcflags=scalr-run-action/internal/sanitize="
RUN CGO_ENABLED=0 go build -ldflags "-s -w -buildid= -funcalign=4 -X main.version=${VERSION}" -o /image/scalr-run . \
 && ln -s scalr-run /image/scalr-run-post \
 && ln -s scalr-run /image/scalr-environment \
 && ln -s scalr-run /image/scalr-workspace \
 && ln -s scalr-run /image/scalr-overview \
 && ln -s scalr-run /image/scalr-affected \
 && mkdir -p /image/etc/ssl/certs /image/tmp \
 && chmod 1777 /image/tmp \
 && cp -L /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/

FROM scratch
COPY --from=build /image /
# Labels for local builds; .github/release/layout sets those of the released image.
LABEL org.opencontainers.image.source="https://github.com/OWNER/scalr-run-action" org.opencontainers.image.licenses="Apache-2.0"
# No USER: the action writes the runner's files, which are owned by root.
ENTRYPOINT ["/scalr-run"]
