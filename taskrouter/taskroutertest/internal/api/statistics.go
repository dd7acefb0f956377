package api

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
)

// Statistics are told three ways: what is going on now, what happened in a window, and
// both in one answer, whose halves are smaller. As in every documented example, a half
// leaves out the optional members. Those that would be null if they were left out are
// filled instead.

// asked is what a request says of the statistics that it wants. Requests for what is
// going on now say the channel only, those about workers have no thresholds.
type asked gen.GetWorkspaceStatisticsParams

// A survey is the same with its values checked.
type survey struct {
	taskChannelSID string // "" for all
	window         router.Window
	thresholds     []int
}

func (c *call) survey(w *router.Workspace, a asked) (survey, error) {
	window, err := c.window(a.Minutes, a.StartDate, a.EndDate)
	if err != nil {
		return survey{}, err
	}
	thresholds, refusal := parseThresholds(a.SplitByWaitTime)
	if refusal != nil {
		return survey{}, refusal
	}
	s := survey{window: window, thresholds: thresholds}
	if isEmpty(a.TaskChannel) {
		return s, nil
	}
	if refusal := w.CheckTaskChannel("TaskChannel", a.TaskChannel); refusal != nil {
		return survey{}, refusal
	}
	channel, err := w.TaskChannel(*a.TaskChannel)
	if err != nil {
		return survey{}, err
	}
	s.taskChannelSID = channel.SID
	return s, nil
}

// parseThresholds reads a list of seconds, such as 5,30,60.
func parseThresholds(list *string) ([]int, *router.Refusal) {
	if isEmpty(list) {
		return nil, nil
	}
	var thresholds []int
	for text := range strings.SplitSeq(*list, ",") {
		seconds, err := strconv.ParseUint(text, 10, 31)
		if err != nil || seconds == 0 {
			return nil, router.Invalid("SplitByWaitTime has %q, a number of seconds above 0 is expected", text)
		}
		thresholds = append(thresholds, int(seconds))
	}
	return thresholds, nil
}

// report answers with the statistics of a resource.
func report[T, W any](a *API, w http.ResponseWriter, r *http.Request, workspaceSID string, find finder[T], asked asked, render func(*call, *router.Workspace, T, survey) W) {
	a.inWorkspace(w, r, http.StatusOK, workspaceSID, func(c *call, workspace *router.Workspace) (any, error) {
		found, err := find(workspace)
		if err != nil {
			return nil, err
		}
		s, err := c.survey(workspace, asked)
		if err != nil {
			return nil, err
		}
		return render(c, workspace, found, s), nil
	})
}
