package runtime

import (
	oapi "github.com/oapi-codegen/runtime"
)

// What the generated server refers to and is right as it is.
type (
	// BindStyledParameterOptions is where a parameter stands that is read.
	BindStyledParameterOptions = oapi.BindStyledParameterOptions
	// BindQueryParameterOptions is what a query parameter is read as.
	BindQueryParameterOptions = oapi.BindQueryParameterOptions
	// RequiredParameterError is a query parameter that is missing.
	RequiredParameterError = oapi.RequiredParameterError
)

// Places of a parameter that is read by BindStyledParameterWithOptions.
const (
	ParamLocationPath   = oapi.ParamLocationPath
	ParamLocationHeader = oapi.ParamLocationHeader
)
