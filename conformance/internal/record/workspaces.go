package record

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/taskrouter-go/sdk/conformance"
)

// workspaces are the real SIDs of those that a scenario created and has not
// deleted.
type workspaces []string

var workspaceSID = regexp.MustCompile(`^WS[0-9a-f]{32}$`)

func (w *workspaces) note(request *http.Request, came answer) {
	if came.status < 200 || came.status > 299 {
		return
	}
	path := strings.TrimSuffix(request.URL.Path, "/")
	parent := path[:max(0, strings.LastIndexByte(path, '/'))]
	switch {
	case request.Method == http.MethodPost && lastSegment(path) == "Workspaces":
		if sid := came.document().str("sid"); workspaceSID.MatchString(sid) {
			*w = append(*w, sid)
		}
	case request.Method == http.MethodDelete && lastSegment(parent) == "Workspaces":
		*w = slices.DeleteFunc(*w, func(sid string) bool { return sid == lastSegment(path) })
	}
}

// cleanupTime is also there when the run was interrupted.
const cleanupTime = 30 * time.Second

// cleanUp deletes the workspaces that are left, and reports each: with workers and
// tasks in them they would cost money and spoil the next recording.
func (c *conversation) cleanUp(ctx context.Context) []string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
	defer cancel()
	var reports []string
	for _, sid := range slices.Clone(c.created) {
		came, err := c.deleteWorkspace(ctx, sid)
		switch {
		case err != nil:
			reports = append(reports, fmt.Sprintf("workspace %s is left and must be deleted: %v", sid, err))
		case came.status == http.StatusNotFound || came.status/100 == 2:
			reports = append(reports, fmt.Sprintf("workspace %s was left and is deleted", sid))
		default:
			reports = append(reports, fmt.Sprintf("workspace %s is left and must be deleted: the service answered %d", sid, came.status))
		}
	}
	return reports
}

// deleteWorkspace takes the SID as the service gave it: as a name of the fixture
// it might mean another workspace.
func (c *conversation) deleteWorkspace(ctx context.Context, sid string) (answer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodDelete, c.base.String()+"/v1/Workspaces/"+sid, nil)
	if err != nil {
		return answer{}, err
	}
	c.credentials.authorize(request, conformance.Exchange{Request: conformance.Request{
		Header: []conformance.Field{{Name: "Authorization", Value: c.credentials.scheme()}},
	}})
	return c.roundTrip(request)
}
