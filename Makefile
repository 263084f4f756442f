# The short way to everything; each target first installs what it needs (scripts/install-deps) and then says what it
# runs. The builds themselves are CMake presets: see CMakePresets.json and CONTRIBUTING.md.
.DEFAULT_GOAL := help
.PHONY: help run build test chart-test apps-test apiserver-test cluster-test conformance compat bench format tidy asan tsan coverage fuzz image clean

IMAGE ?= fairway:dev
# FOLDERS="wire tls": of tests/, build and run only these.
CHOSEN_TARGETS = $(if $(FOLDERS),--target $(FOLDERS:%=tests/%/all))
CHOSEN_TESTS = $(if $(FOLDERS),--label-regex '^($(subst $(eval ) ,|,$(strip $(FOLDERS))))$$')

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build  ## build, then serve the built-in demo and print the curl lines to try (ARGS="--http-port 9000")
	build/release/app/fairway demo --http-port 8080 --https-port 8443 $(ARGS)

build:  ## release build: build/release/app/fairway
	scripts/install-deps build
	cmake --preset release
	cmake --build --preset release

test:  ## every test: unit and wire tests (ctest), then end-to-end tests and those of the chart (pytest)
	scripts/install-deps build test browser helm
	cmake --preset debug
	cmake --build --preset debug
	ctest --preset debug
	scripts/run-e2e build/debug/app/fairway
	scripts/run-chart-tests

chart-test:  ## what the Helm chart makes of values; needs helm, or Go 1.21 to build it
	scripts/install-deps test helm
	scripts/run-chart-tests $(ARGS)

cluster-test:  ## Fairway in a real Kubernetes, which this starts; needs root and Go (BINARY=build/debug/app/fairway: no image build)
	scripts/install-deps cluster $(if $(BINARY),,image)
	tests/cluster/run $(if $(BINARY),--binary $(BINARY)) $(ARGS)

apps-test:  ## real applications behind Fairway: git, WebDAV, ACME, oauth2-proxy, Prometheus; needs Go
	scripts/install-deps build test apps
	cmake --preset debug
	cmake --build --preset debug --target fairway
	scripts/run-apps build/debug/app/fairway

apiserver-test:  ## the controller's rules against a real etcd and API server, which this starts; needs root and Go
	scripts/install-deps build test cluster
	cmake --preset debug
	cmake --build --preset debug --target fairway
	tests/apiserver/run build/debug/app/fairway $(ARGS)

conformance:  ## h2spec against both ports: every case of RFC 9113 and RFC 7541 that it knows
	scripts/install-deps build test conformance
	cmake --preset debug
	cmake --build --preset debug --target fairway
	scripts/run-conformance build/debug/app/fairway

compat:  ## how much of ingress-nginx acts: counts, and docs/compatibility.md, which names the tests of each setting
	scripts/compat --write

bench:  ## measure against nginx and HAProxy, side by side
	scripts/install-deps build bench
	cmake --preset bench
	cmake --build --preset bench
	python3 bench/run.py --fairway build/bench/app/fairway $(ARGS)

format:  ## rewrite all sources as .clang-format says
	scripts/install-deps dev
	scripts/format

tidy:  ## clang-tidy over what differs from main (ALL=1: over everything)
	scripts/install-deps build dev
	cmake --preset debug
	scripts/tidy $(if $(ALL),--all)

asan:  ## unit and wire tests under AddressSanitizer and UndefinedBehaviorSanitizer (FOLDERS="wire tls": only those)
	scripts/install-deps build
	cmake --preset asan
	cmake --build --preset asan $(CHOSEN_TARGETS)
	ctest --preset asan $(CHOSEN_TESTS)

tsan:  ## unit and wire tests under ThreadSanitizer (FOLDERS="wire tls": only those)
	scripts/install-deps build
	cmake --preset tsan
	cmake --build --preset tsan $(CHOSEN_TARGETS)
	ctest --preset tsan $(CHOSEN_TESTS)

coverage:  ## line coverage of routing, tls and k8s-client; fails below 90 % in any of them
	scripts/install-deps build dev
	cmake --preset coverage
	cmake --build --preset coverage
	scripts/coverage build/coverage 90 routing tls k8s-client

fuzz:  ## every fuzzer (or FUZZERS="NAME...") for FUZZ_SECONDS (10) each, under AddressSanitizer
	scripts/install-deps build fuzz
	scripts/fuzz $(or $(FUZZ_SECONDS),10) $(FUZZERS)

image:  ## container image $(IMAGE), with docker, podman or buildah
	scripts/install-deps image
	scripts/build-image $(IMAGE)

clean:  ## remove all builds and the Python environment
	rm -rf build .venv
