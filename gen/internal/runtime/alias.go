package runtime

import (
	oapi "github.com/oapi-codegen/runtime"
)

// What generated code refers to and is right as it is.
type (
	// StyleParamOptions is where a parameter stands that is written.
	StyleParamOptions = oapi.StyleParamOptions
	// BindStyledParameterOptions is where a parameter stands that is read.
	BindStyledParameterOptions = oapi.BindStyledParameterOptions
	// BindQueryParameterOptions is what a query parameter is read as.
	BindQueryParameterOptions = oapi.BindQueryParameterOptions
	// RequiredParameterError is a query parameter that is missing.
	RequiredParameterError = oapi.RequiredParameterError
)

// Places where a parameter can stand.
const (
	ParamLocationPath   = oapi.ParamLocationPath
	ParamLocationQuery  = oapi.ParamLocationQuery
	ParamLocationHeader = oapi.ParamLocationHeader
)
