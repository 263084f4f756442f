//go:build tools

// Programs that the tests beside this folder drive, with the versions that go.mod pins.
package tools

import _ "github.com/oauth2-proxy/oauth2-proxy/v7"
