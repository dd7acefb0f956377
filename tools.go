//go:build tools

// The programs that generate code are pinned here, so that every checkout
// generates the same bytes. The build tag keeps them out of every program.

package sdk

import (
	_ "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen"
)
