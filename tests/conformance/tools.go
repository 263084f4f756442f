//go:build tools

// Package conformance names the tools that scripts/install-deps builds.
package conformance

import _ "github.com/summerwind/h2spec/cmd/h2spec"
