package upstream

import (
	"errors"
	"fmt"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Load reads an OpenAPI 3 document, YAML or JSON. It is not validated: a published
// document may break a rule and still say all there is to compare.
func Load(data []byte) (*openapi3.T, error) {
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return nil, fmt.Errorf("expected an OpenAPI 3 document: %w", err)
	}
	if version, ok := doc.Extensions["swagger"]; ok {
		return nil, fmt.Errorf("expected OpenAPI 3, found Swagger %v: convert it first", version)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.") {
		return nil, fmt.Errorf("expected an OpenAPI 3 document, found openapi: %q", doc.OpenAPI)
	}
	if doc.Paths.Len() == 0 {
		return nil, errors.New("expected paths, found none")
	}
	return doc, nil
}
