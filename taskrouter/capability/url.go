package capability

import (
	"net/url"
	"strings"
)

const (
	// BaseURL is where the API is found that policies are about.
	BaseURL = "https://taskrouter.twilio.com/v1"
	// webSocketURL is what a program must be allowed to open the websocket that
	// tells it of events, followed by the SIDs of the account and of the channel.
	webSocketURL = "https://event-bridge.twilio.com/v1/wschannels"
)

// URL is that of a resource of the API, as a policy has it:
//
//	capability.URL("Workspaces", workspaceSID, "Activities")
//	capability.URL("Workspaces", workspaceSID, "Workers", "**")
//
// Segments are escaped but for the wildcards * and **, see [Policy]. Check a segment
// that comes from outside: it could be one of them.
func URL(segments ...string) string {
	var b strings.Builder
	b.WriteString(BaseURL)
	for _, segment := range segments {
		b.WriteByte('/')
		if !isWildcard(segment) {
			segment = url.PathEscape(segment)
		}
		b.WriteString(segment)
	}
	return b.String()
}

func isWildcard(segment string) bool { return segment == "*" || segment == "**" }
