module github.com/taskrouter-go/sdk/conformance/peer

go 1.26.0

require (
	github.com/stretchr/testify v1.12.1
	github.com/taskrouter-go/sdk v0.0.0
	github.com/twilio/twilio-go v1.31.0
)

require (
	github.com/apapsch/go-jsonmerge/v2 v2.0.0 // indirect
	github.com/golang-jwt/jwt/v5 v5.3.1 // indirect
	github.com/golang/mock v1.6.0 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/oapi-codegen/runtime v1.8.0 // indirect
	github.com/pkg/errors v0.9.1 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
)

replace github.com/taskrouter-go/sdk => ../..
