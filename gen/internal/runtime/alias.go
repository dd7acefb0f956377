package runtime

import (
	oapi "github.com/oapi-codegen/runtime"
)

// Names that generated code refers to and that are right as they are.
type (
	StyleParamOptions          = oapi.StyleParamOptions
	BindStyledParameterOptions = oapi.BindStyledParameterOptions
	BindQueryParameterOptions  = oapi.BindQueryParameterOptions
	RequiredParameterError     = oapi.RequiredParameterError
)

// Places where a parameter can stand.
const (
	ParamLocationPath   = oapi.ParamLocationPath
	ParamLocationQuery  = oapi.ParamLocationQuery
	ParamLocationHeader = oapi.ParamLocationHeader
)
