# The image of all actions: one static binary under the names by which
# action.yml calls it. It builds with the plain builder and with BuildKit, so
# it uses nothing that only one of them knows.
ARG GO_IMAGE=golang:1.26
FROM ${GO_IMAGE} AS build
ARG VERSION=dev
# For another kind of processor than the builder's: amd64, arm64.
ARG GOARCH
WORKDIR /src
COPY go.mod go.sum main.go ./
COPY internal ./internal
# Nothing of the place or the time of the build gets into the binary. To keep the
# image below 10 MiB, functions are inlined only where the time goes: in packing,
# redacting and reading plans. .ci/image reads these flags too.
ENV GOFLAGS="-trimpath -buildvcs=false -gcflags=net/...=-l -gcflags=crypto/tls=-l -gcflags=crypto/x509=-l -gcflags=scalr-run-action/...=-l \
-gcflags=scalr-run-action/internal/bundle= -gcflags=scalr-run-action/internal/secret= -gcflags=scalr-run-action/internal/jsonstream= \
-gcflags=scalr-run-action/internal/tfplan= -gcflags=scalr-run-action/internal/sanitize="
RUN CGO_ENABLED=0 go build -ldflags "-s -w -buildid= -funcalign=16 -X main.version=${VERSION}" -o /image/scalr-run . \
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
# For those who build it themselves; .github/release/layout gives the released image its own.
LABEL org.opencontainers.image.source="https://github.com/OWNER/scalr-run-action" org.opencontainers.image.licenses="Apache-2.0"
# No USER: the runner's files, which the action writes, belong to root.
ENTRYPOINT ["/scalr-run"]
