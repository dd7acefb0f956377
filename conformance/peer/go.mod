module github.com/taskrouter-go/sdk/conformance/peer

go 1.26.0

require (
	github.com/stretchr/testify v1.12.1
	github.com/taskrouter-go/sdk v0.0.0
	github.com/twilio/twilio-go v1.31.0
)

require (
	github.com/golang-jwt/jwt/v5 v5.3.1 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
)

replace github.com/taskrouter-go/sdk => ../..
