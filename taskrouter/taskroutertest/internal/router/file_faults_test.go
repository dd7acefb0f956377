package router

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// unknown stands for the SID of a kind that nothing in the example has.
func unknown(prefix string) string { return prefix + strings.Repeat("f", 32) }

func TestAFileWithFaultsIsRefusedWithTheirPlaces(t *testing.T) {
	const w = "workspaces[0]."
	for name, test := range map[string]struct{ old, replacement, want string }{
		"syntax":        {`"seed": 1,`, `"seed": 1;`, "line 4, column 12: invalid character ';' after object key:value pair"},
		"not UTF-8":     {"Alice", "\xff", "file: is not UTF-8"},
		"other version": {`"version": 1`, `"version": 2`, "version: is 2, 1 is expected"},
		"no version":    {`"version": 1,`, ``, "version: is missing"},
		"account":       {`"account_sid": "AC`, `"account_sid": "AX`, "account_sid: is AX00000000000000000000000000000001, which is no SID of an account"},
		"seed":          {`"seed": 1`, `"seed": -1`, "seed: is -1, a whole number is expected"},
		"seed of null":  {`"seed": 1`, `"seed": null`, "seed: is null, a whole number is expected"},
		"sids":          {`"seed": 1`, `"sids": {"WK": "3"}`, `sids: is {"WK":"3"}, an object of whole numbers is expected`},
		"kind of SID":   {`"seed": 1`, `"sids": {"WKK": 3}`, "sids.WKK: is no kind of SID, two capital letters are expected"},
		"given SIDs":    {`"seed": 1`, `"sids": {"WK": -3}`, "sids.WK: must be from 0 to 2147483647"},

		"unknown member": {`"activity_sid": "WA`, `"activty_sid": "WA`, w + "workers[0].activty_sid: is no member that is known here"},
		"strange member": {`"seed": 1`, `"a b": 1`, `["a b"]: is no member that is known here`},
		"other case":     {`"seed": 1`, `"Seed": 1`, "Seed: is no member that is known here"},
		"twice":          {`"seed": 1`, `"version": 1`, "version: is there twice"},
		"no list":        {`"activities": [`, `"activities": {}, "x": [`, w + "activities: is {}, a list is expected\n" + w + "x: is no member that is known here"},
		"null for list":  {`"activities": [`, `"activities": null, "x": [`, w + "activities: is null, a list is expected\n" + w + "x: is no member that is known here"},
		"no object":      {`"workers": [`, `"workers": [7,`, w + "workers[0]: is 7, an object is expected"},
		"long value":     {`"workers": [`, `"workers": ["` + strings.Repeat("é", 60) + `",`, w + `workers[0]: is "` + strings.Repeat("é", 39) + "…, an object is expected"},
		"no text":        {`"Alice"`, `1`, w + "workers[0].friendly_name: is 1, a text is expected"},
		"null":           {`"Alice"`, `null`, w + "workers[0].friendly_name: is null, a text is expected"},
		"no boolean":     {`"available": true`, `"available": 1`, w + "activities[1].available: is 1, true or false is expected"},
		"no number":      {`"priority": 5`, `"priority": 5.5`, w + "tasks[3].priority: is 5.5, a whole number is expected"},
		"no time":        {`"2026-01-05T08:00:00Z"`, `"today"`, w + `date_created: is "today", a time like 2026-01-31T09:30:00Z is expected`},
		"null for time":  {`"2026-01-05T08:00:00Z"`, `null`, w + "date_created: is null, a time like 2026-01-31T09:30:00Z is expected"},
		"before year 1":  {`"2026-01-05T08:00:00Z"`, `"0001-01-01T00:00:00+01:00"`, w + "date_created: is not from the year 1 to 9999 in UTC"},
		"after 9999":     {`"date_created": "2026-01-05T09:20:00Z"`, `"task_queue_entered_date": "9999-12-31T23:30:00-01:00"`, w + "tasks[4].task_queue_entered_date: is not from the year 1 to 9999 in UTC"},
		"no entry time":  {`"date_created": "2026-01-05T09:20:00Z"`, `"task_queue_entered_date": 5`, w + "tasks[4].task_queue_entered_date: is 5, a time like 2026-01-31T09:30:00Z is expected"},

		"no SID of its kind": {`{"sid": "WA`, `{"sid": "Wk`, w + "activities[0].sid: is Wk00000000000000000000000000000001, which is no SID of an activity"},
		"no SID":             {`"sid": "WK00000000000000000000000000000001",`, "", w + "workers[0].sid: is missing"},
		"empty SID":          {`"sid": "WK00000000000000000000000000000001",`, `"sid": "",`, w + "workers[0].sid: is , which is no SID of a worker"},
		"SID twice":          {`"sid": "WK00000000000000000000000000000002"`, `"sid": "WK00000000000000000000000000000001"`, w + "workers[1].sid: WK00000000000000000000000000000001 stands in the file before"},

		"workspace without name":  {`"friendly_name": "Customer Support",`, "", w + "friendly_name: is missing"},
		"name of workspace":       {`"Customer Support"`, `""`, w + "friendly_name: must not be empty"},
		"event callback":          {`"friendly_name": "Customer Support"`, `"friendly_name": "a", "event_callback_url": "x"`, w + "event_callback_url: is not an absolute http or https URL"},
		"order of workspace":      {`"friendly_name": "Customer Support"`, `"friendly_name": "a", "prioritize_queue_order": "x"`, w + `prioritize_queue_order: cannot be "x"`},
		"default activity":        {`"default_activity_sid": "WA00000000000000000000000000000001"`, `"default_activity_sid": "` + unknown("WA") + `"`, w + "default_activity_sid: " + unknown("WA") + " does not exist"},
		"timeout activity":        {`"timeout_activity_sid": "WA00000000000000000000000000000003"`, `"timeout_activity_sid": ""`, w + `timeout_activity_sid: "" does not exist`},
		"name of activity":        {`"Offline"`, `"` + strings.Repeat("é", 65) + `"`, w + "activities[0].friendly_name: has 65 characters, at most 64 are allowed"},
		"name of channel":         {`"friendly_name": "Voice"`, `"friendly_name": ""`, w + "task_channels[0].friendly_name: must not be empty"},
		"no unique name":          {`, "unique_name": "voice"`, ``, w + "task_channels[0].unique_name: is missing"},
		"unique name":             {`"unique_name": "voice"`, `"unique_name": "my voice"`, w + "task_channels[0].unique_name: UniqueName may hold letters, digits, _ and $ only and must not begin with a digit"},
		"unique name twice":       {`"unique_name": "chat"`, `"unique_name": "voice"`, w + "task_channels[1].unique_name: Task channel with the same unique name already exists"},
		"built in":                {`"unique_name": "chat"`, `"unique_name": "chat", "built_in": false`, w + "task_channels[1].built_in: is false, true is expected for chat"},
		"not built in":            {`"unique_name": "chat"`, `"unique_name": "mail", "built_in": true`, w + "task_channels[1].built_in: is true, false is expected for mail"},
		"name of queue":           {`"English"`, `""`, w + "task_queues[0].friendly_name: must not be empty"},
		"workers of queue":        {`"languages HAS 'en'"`, `"languages HAS"`, w + "task_queues[0].target_workers: line 1, column 14: unexpected end, expected a name or a constant"},
		"reserved workers":        {`"max_reserved_workers": 2`, `"max_reserved_workers": 51`, w + "task_queues[1].max_reserved_workers: must be from 1 to 50"},
		"order of queue":          {`"max_reserved_workers": 2`, `"task_order": "x"`, w + `task_queues[1].task_order: cannot be "x"`},
		"reservation activity":    {`"max_reserved_workers": 2`, `"reservation_activity_sid": "x"`, w + "task_queues[1].reservation_activity_sid: x does not exist"},
		"assignment activity":     {`"max_reserved_workers": 2`, `"assignment_activity_sid": "x"`, w + "task_queues[1].assignment_activity_sid: x does not exist"},
		"name of workflow":        {`"By Language"`, `""`, w + "workflows[0].friendly_name: must not be empty"},
		"callback":                {`https://support.example.com/assignment`, `support.example.com`, w + "workflows[0].assignment_callback_url: is not an absolute http or https URL"},
		"fallback callback":       {`"assignment_callback_url": "https`, `"fallback_assignment_callback_url": "ftp`, w + "workflows[0].fallback_assignment_callback_url: is not an absolute http or https URL"},
		"reservation timeout":     {`"By Language"`, `"a", "task_reservation_timeout": 0`, w + "workflows[0].task_reservation_timeout: must be from 1 to 86400"},
		"no configuration":        {`"configuration": {`, `"configuration": null, "x": {`, w + "workflows[0].configuration: is null, an object is expected\n" + w + "workflows[0].x: is no member that is known here"},
		"text for configuration":  {"\"configuration\": {\n", `"configuration": "{}", "workers": {`, w + "workflows[0].configuration: is a text, the object itself is expected\n" + w + "workflows[0].workers: is no member that is known here"},
		"number in configuration": {`"timeout": 60`, `"timeout": "soon"`, w + `workflows[0].configuration: read configuration: task_routing.filters[0].targets[0].timeout: found the text "soon", expected a whole number`},
		"queue of configuration":  {`"default_filter": {"queue": "WQ00000000000000000000000000000001"`, `"default_filter": {"queue": "` + unknown("WQ") + `"`, w + "workflows[0].configuration: task_routing.default_filter.queue: the workspace has no task queue " + unknown("WQ") + ": write the SID of one that it has"},

		"name of worker":           {`"Alice"`, `""`, w + "workers[0].friendly_name: must not be empty"},
		"name of worker twice":     {`"Bob"`, `"ALICE"`, w + "workers[1].friendly_name: Worker with the same friendly name already exists"},
		"activity of worker":       {`"activity_sid": "WA00000000000000000000000000000002"`, `"activity_sid": "` + unknown("WA") + `"`, w + "workers[0].activity_sid: " + unknown("WA") + " does not exist"},
		"version of worker":        {`"Carmen"`, `"Carmen", "version": -1`, w + "workers[2].version: must be from 0 to 2147483647"},
		"attributes":               {`"attributes": {"languages": ["es"], "level": 3, "contact_uri": "client:carmen"}`, `"attributes": "{}"`, w + "workers[2].attributes: is a text, the object itself is expected"},
		"list for attributes":      {`"attributes": {"languages": ["es"], "level": 3, "contact_uri": "client:carmen"}`, `"attributes": [{}]`, w + "workers[2].attributes: is [{}], an object is expected"},
		"number for configuration": {"\"configuration\": {\n", `"configuration": 5, "workers": {`, w + "workflows[0].configuration: is 5, an object is expected\n" + w + "workflows[0].workers: is no member that is known here"},
		"null for attributes":      {`"attributes": {"languages": ["es"], "level": 3, "contact_uri": "client:carmen"}`, `"attributes": null`, w + "workers[2].attributes: is null, an object is expected"},
		"capacity":                 {`"configured_capacity": 3`, `"configured_capacity": 51`, w + "workers[0].channels[0].configured_capacity: Capacity is 51, at most 50 is allowed"},
		"channel of worker":        {`{"task_channel_sid": "TC00000000000000000000000000000002"`, `{"task_channel_sid": "` + unknown("TC") + `"`, w + "workers[0].channels[0].task_channel_sid: " + unknown("TC") + " does not exist"},
		"channel twice":            {`"configured_capacity": 3}`, `"configured_capacity": 3}, {"task_channel_sid": "TC00000000000000000000000000000002"}`, w + "workers[0].channels[1].task_channel_sid: TC00000000000000000000000000000002 has a channel of the worker before"},
		"SID of channel":           {`"configured_capacity": 3`, `"sid": "WC1"`, w + "workers[0].channels[0].sid: is WC1, which is no SID of a worker channel"},

		"moment":                 {`"now": "2026-01-05T09:25:30Z"`, `"now": null`, "now: is null, a time like 2026-01-31T09:30:00Z is expected"},
		"reservations made":      {`"friendly_name": "Customer Support",`, `"friendly_name": "a", "reservations_made": -1,`, w + "reservations_made: must be from 0 to 2147483647"},
		"last of worker":         {`"Alice"`, `"Alice", "last_reserved": -1`, w + "workers[0].last_reserved: must be from 0 to 2147483647"},
		"last of channel":        {`"last_reserved": 8`, `"last_reserved": -8`, w + "workers[1].channels[0].last_reserved: must be from 0 to 2147483647"},
		"revision":               {`"revision": 1`, `"revision": "1"`, w + `workflows[0].revision: is "1", a whole number is expected`},
		"negative revision":      {`"revision": 1,`, `"revision": -1,`, w + "workflows[0].revision: must be from 0 to 2147483647\n" + w + "workflows[0].former_configurations[0].revision: is 0, less than that of the workflow is expected, which is -1\n" + w + "tasks[5].position: is of no target of revision 1 of workflow WW00000000000000000000000000000001"},
		"other revision":         {`"revision": 1,`, `"revision": 2,`, w + "tasks[5].position: is of no target of revision 1 of workflow WW00000000000000000000000000000001"},
		"no list of former":      {`"former_configurations": [`, `"former_configurations": {}, "x": [`, w + "workflows[0].former_configurations: is {}, a list is expected\n" + w + "workflows[0].x: is no member that is known here"},
		"null for former":        {`"former_configurations": [`, `"former_configurations": null, "x": [`, w + "workflows[0].former_configurations: is null, a list is expected\n" + w + "workflows[0].x: is no member that is known here"},
		"null among former":      {`"former_configurations": [`, `"former_configurations": [null,`, w + "workflows[0].former_configurations[0]: is null, an object is expected"},
		"number among former":    {`"former_configurations": [`, `"former_configurations": [7,`, w + "workflows[0].former_configurations[0]: is 7, an object is expected"},
		"member of former":       {`{"revision": 0, `, `{"revision": 0, "Revision": 0, `, w + "workflows[0].former_configurations[0].Revision: is no member that is known here"},
		"nothing in former":      {`{"revision": 0, "configuration"`, `{}, {"revision": 0, "configuration"`, w + "workflows[0].former_configurations[0].revision: is missing\n" + w + "workflows[0].former_configurations[0].configuration: is missing"},
		"null in former":         {`{"revision": 0, "configuration": {`, `{"revision": 0, "configuration": null}, {"x": {`, w + "workflows[0].former_configurations[0].configuration: is null, an object is expected\n" + w + "workflows[0].former_configurations[1].x: is no member that is known here\n" + w + "workflows[0].former_configurations[1].revision: is missing\n" + w + "workflows[0].former_configurations[1].configuration: is missing"},
		"empty former":           {`{"revision": 0, "configuration": {"task_routing": {"default_filter": {"queue": "WQ00000000000000000000000000000001"}}}}`, `{"revision": 0, "configuration": {}}`, w + "workflows[0].former_configurations[0].configuration: read configuration: the top level: found nothing, expected the member task_routing with an object"},
		"queue of former":        {`{"revision": 0, "configuration": {"task_routing": {"default_filter": {"queue": "WQ00000000000000000000000000000001"}}}}`, `{"revision": 0, "configuration": {"task_routing": {"default_filter": {"queue": "` + unknown("WQ") + `"}}}}`, w + "workflows[0].former_configurations[0].configuration: task_routing.default_filter.queue: the workspace has no task queue " + unknown("WQ") + ": write the SID of one that it has"},
		"revision of former":     {`{"revision": 0, `, `{"revision": 1, `, w + "workflows[0].former_configurations[0].revision: is 1, less than that of the workflow is expected, which is 1\n" + w + "tasks[4].position: is of no target of revision 0 of workflow WW00000000000000000000000000000001"},
		"revision of two":        {`{"revision": 0, "configuration"`, `{"revision": 0, "configuration": {"task_routing": {"default_filter": {"queue": "WQ00000000000000000000000000000001"}}}}, {"revision": 0, "configuration"`, w + "workflows[0].former_configurations[1].revision: 0 is that of former rules before"},
		"revision of task":       {`"workflow_revision": 0`, `"workflow_revision": 5`, w + "tasks[4].position: is of no target of revision 5 of workflow WW00000000000000000000000000000001"},
		"position":               {`{"filter": 0, "target": 0, "timed_out": false}`, `[0, 0]`, w + "tasks[5].position: is [0,0], an object is expected"},
		"text in position":       {`{"filter": 0, "target": 0, "timed_out": false}`, `{"filter": "0", "target": 0}`, w + `tasks[5].position.filter: is "0", a whole number is expected`},
		"member of position":     {`{"filter": 0, "target": 0, "timed_out": false}`, `{"filter": 0, "Target": 0}`, w + "tasks[5].position.Target: is no member that is known here\n" + w + "tasks[5].position.target: is missing"},
		"null in position":       {`{"filter": 0, "target": 0, "timed_out": false}`, `{"filter": 0, "target": 0, "timed_out": null}`, w + "tasks[5].position.timed_out: is null, true or false is expected"},
		"filter of position":     {`{"filter": 0, "target": 0,`, `{"filter": 1, "target": 0,`, w + "tasks[5].position: is of no target of revision 1 of workflow WW00000000000000000000000000000001"},
		"target of position":     {`{"filter": 0, "target": 0,`, `{"filter": 0, "target": 2,`, w + "tasks[5].position: is of no target of revision 1 of workflow WW00000000000000000000000000000001"},
		"negative position":      {`{"filter": 0, "target": 0,`, `{"filter": -2, "target": -1,`, w + "tasks[5].position: is of no target of revision 1 of workflow WW00000000000000000000000000000001"},
		"queue of position":      {`{"filter": 0, "target": 0,`, `{"filter": 0, "target": 1,`, w + "tasks[5].position: is of a target of task queue WQ00000000000000000000000000000001, in which the task is not"},
		"position in no queue":   {`"target_entered_date": "2026-01-05T09:25:00Z",`, `"target_entered_date": "2026-01-05T09:25:00Z", "task_queue_entered_date": null,`, w + "tasks[5].position: is of a target of task queue WQ00000000000000000000000000000002, in which the task is not"},
		"position without date":  {`"target_entered_date": "2026-01-05T09:25:00Z"`, `"target_entered_date": null`, w + "tasks[5].position: is there, but the task is pending, or has no target_entered_date"},
		"position of one over":   {`"reason": "delivered tomorrow"`, `"position": {"filter": -1, "target": 0}, "reason": "delivered tomorrow"`, w + "tasks[0].position: is there, but the task is completed, or has no target_entered_date"},
		"position, no workflow":  {`"workflow_revision": 1`, `"workflow_sid": ""`, w + "tasks[5].position: is there, but the task has no workflow"},
		"target date":            {`"target_entered_date": "2026-01-05T09:25:00Z"`, `"target_entered_date": "now"`, w + `tasks[5].target_entered_date: is "now", a time like 2026-01-31T09:30:00Z is expected`},
		"since":                  {`"status_since": "2026-01-05T09:22:00Z"`, `"status_since": null`, w + "tasks[0].status_since: is null, a time like 2026-01-31T09:30:00Z is expected"},
		"assignments":            {`"assignments": 1`, `"assignments": 1001`, w + "tasks[4].assignments: must be from 0 to 1000"},
		"negative assignments":   {`"assignments": 1`, `"assignments": -1`, w + "tasks[4].assignments: must be from 0 to 1000"},
		"timeout of reservation": {`"reservation_timeout": 600`, `"reservation_timeout": 0`, w + "tasks[4].reservations[0].reservation_timeout: must be from 1 to 86400"},
		"long timeout":           {`"reservation_timeout": 600`, `"reservation_timeout": 86401`, w + "tasks[4].reservations[0].reservation_timeout: must be from 1 to 86400"},
		"number of reservation":  {`"reservation_timeout": 600`, `"number": -1`, w + "tasks[4].reservations[0].number: must be from 0 to 2147483647"},
		"next activity":          {`"post_work_activity_sid": "WA00000000000000000000000000000003"`, `"post_work_activity_sid": "` + unknown("WK") + `"`, w + "tasks[2].reservations[0].post_work_activity_sid: " + unknown("WK") + " does not exist"},

		"state of task":   {`"assignment_status": "completed"`, `"assignment_status": "done"`, w + `tasks[0].assignment_status: cannot be "done"`},
		"priority":        {`"priority": 5`, `"priority": -1`, w + "tasks[3].priority: must be from 0 to 2147483647"},
		"timeout":         {`"priority": 5`, `"timeout": 0`, w + "tasks[3].timeout: must be from 1 to 1209600"},
		"version of task": {`"priority": 5`, `"version": 2147483648`, w + "tasks[3].version: must be from 0 to 2147483647"},
		"channel of task": {`"task_channel_sid": "TC00000000000000000000000000000002",
          "task_queue_sid"`, `"task_channel_sid": "letters",
          "task_queue_sid"`, w + "tasks[0].task_channel_sid: letters does not exist"},
		"queue of task":        {`"task_queue_sid": "WQ00000000000000000000000000000001"`, `"task_queue_sid": "x"`, w + "tasks[0].task_queue_sid: x does not exist"},
		"workflow of task":     {`"priority": 5`, `"workflow_sid": "x"`, w + "tasks[3].workflow_sid: x does not exist"},
		"target":               {`"priority": 5`, `"routing_target": "x"`, w + "tasks[3].routing_target: x does not exist"},
		"queue as target":      {`"priority": 5`, `"routing_target": "` + unknown("WQ") + `"`, w + "tasks[3].routing_target: " + unknown("WQ") + " does not exist"},
		"workflow as target":   {`"sid": "WT00000000000000000000000000000006"`, `"sid": "WT00000000000000000000000000000006", "routing_target": "` + unknown("WW") + `"`, w + "tasks[5].routing_target: " + unknown("WW") + " does not exist"},
		"worker":               {`"worker_sid": "WK00000000000000000000000000000001"`, `"worker_sid": "` + unknown("WK") + `"`, w + "tasks[0].reservations[1].worker_sid: " + unknown("WK") + " does not exist"},
		"no worker":            {`"worker_sid": "WK00000000000000000000000000000001",`, ``, w + "tasks[0].reservations[1].worker_sid: is missing"},
		"no state":             {`, "reservation_status": "timeout"`, ``, w + "tasks[0].reservations[0].reservation_status: is missing"},
		"state of reservation": {`"reservation_status": "timeout"`, `"reservation_status": "over"`, w + `tasks[0].reservations[0].reservation_status: cannot be "over"`},
		"version":              {`"reservation_status": "timeout"`, `"reservation_status": "timeout", "version": -1`, w + "tasks[0].reservations[0].version: must be from 0 to 2147483647"},

		"previous of another kind": {`"reservation_status": "timeout"`, `"reservation_status": "timeout", "previous_activity_sid": "` + unknown("WK") + `"`, w + "tasks[0].reservations[0].previous_activity_sid: " + unknown("WK") + " does not exist"},
		"open though over":         {`"reservation_status": "timeout"`, `"reservation_status": "pending"`, w + "tasks[0].reservations[0].reservation_status: is pending, but the task is completed: completed or another end is expected"},
		"wrapping though gone":     {`"reservation_status": "canceled"`, `"reservation_status": "wrapping"`, w + "tasks[1].reservations[1].reservation_status: is wrapping, but the task is canceled: canceled or another end is expected"},
		"open though pending":      {`"assignment_status": "reserved",`, ``, w + "tasks[4].assignment_status: is pending, but reservations[0] is pending: reserved is expected"},
		"accepted, not reserved":   {`"reservation_status": "pending"`, `"reservation_status": "accepted"`, w + "tasks[4].assignment_status: is reserved, but reservations[0] is accepted: assigned is expected"},
		"wrapping, not assigned":   {`"reservation_status": "accepted"`, `"reservation_status": "wrapping"`, w + "tasks[3].assignment_status: is assigned, but reservations[0] is wrapping: wrapping is expected"},
		"pending though held":      {`"reservation_status": "rescinded"`, `"reservation_status": "pending"`, w + "tasks[2].reservations[1].reservation_status: is pending, but reservations[0] is wrapping: several may be open only while all are pending"},
		"held though pending":      {`"reservation_status": "pending"}`, `"reservation_status": "pending"}, {"sid": "` + unknown("WR") + `", "worker_sid": "WK00000000000000000000000000000001", "reservation_status": "accepted"}`, w + "tasks[4].reservations[1].reservation_status: is accepted, but reservations[0] is pending: several may be open only while all are pending"},
		"held after pending": {`"reservations": [
            {"sid": "WR00000000000000000000000000000007"`, `"reservations": [{"sid": "` + unknown("WR") + `", "worker_sid": "WK00000000000000000000000000000001", "reservation_status": "pending"},
            {"sid": "WR00000000000000000000000000000007"`, w + "tasks[3].reservations[1].reservation_status: is accepted, but reservations[0] is pending: several may be open only while all are pending"},
		"two open though over": {`"reservation_status": "rejected"}`, `"reservation_status": "pending"}, {"sid": "` + unknown("WR") + `", "worker_sid": "WK00000000000000000000000000000001", "reservation_status": "accepted"}`,
			w + "tasks[1].reservations[0].reservation_status: is pending, but the task is canceled: canceled or another end is expected\n" +
				w + "tasks[1].reservations[1].reservation_status: is accepted, but the task is canceled: canceled or another end is expected"},
		"misspelt state":        {`"assignment_status": "reserved"`, `"assignment_status": "resreved"`, w + `tasks[4].assignment_status: cannot be "resreved"`},
		"misspelt pending":      {`"reservation_status": "pending"`, `"reservation_status": "pendign"`, w + `tasks[4].reservations[0].reservation_status: cannot be "pendign"`},
		"misspelt end":          {`"assignment_status": "completed"`, `"assignment_status": "complete", "routing_target": "` + unknown("WQ") + `"`, w + `tasks[0].assignment_status: cannot be "complete"`},
		"two hold it":           {`"reservation_status": "accepted"}`, `"reservation_status": "accepted"}, {"sid": "` + unknown("WR") + `", "worker_sid": "WK00000000000000000000000000000002", "reservation_status": "accepted"}`, w + "tasks[3].reservations[1].reservation_status: is accepted, but reservations[0] is accepted: several may be open only while all are pending"},
		"nobody reserved":       {`"reservation_status": "pending"`, `"reservation_status": "timeout"`, w + "tasks[4].assignment_status: is reserved, but no reservation is pending"},
		"nobody assigned":       {`"reservation_status": "accepted"`, `"reservation_status": "completed"`, w + "tasks[3].assignment_status: is assigned, but no reservation is accepted"},
		"nobody wraps up":       {`"reservation_status": "wrapping"`, `"reservation_status": "completed"`, w + "tasks[2].assignment_status: is wrapping, but no reservation is wrapping"},
		"event without type":    {`"activities": [`, `"events": [{"event_type": "", "resource_type": "task", "resource_sid": "` + unknown("WT") + `"}], "activities": [`, w + "events[0].event_type: must not be empty"},
		"event without subject": {`"activities": [`, `"events": [{"event_type": "a", "resource_type": "x", "resource_sid": ""}], "activities": [`, w + `events[0].resource_type: cannot be "x"`},
		"subject of event":      {`"activities": [`, `"events": [{"event_type": "a", "resource_type": "task", "resource_sid": "` + unknown("WK") + `"}], "activities": [`, w + "events[0].resource_sid: is " + unknown("WK") + ", which is no SID of a task"},
		"event of nothing":      {`"activities": [`, `"events": [{}], "activities": [`, w + "events[0].event_type: is missing\n" + w + "events[0].resource_type: is missing\n" + w + "events[0].resource_sid: is missing"},
		"data of event":         {`"activities": [`, `"events": [{"event_type": "a", "resource_type": "task", "resource_sid": "", "event_data": {"a": 1}}], "activities": [`, w + `events[0].event_data: is {"a":1}, an object of texts is expected`},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := load(broken(t, test.old, test.replacement), loadedAt)
			assert.Nil(t, a)
			require.Error(t, err)
			assert.Equal(t, test.want, err.Error())
		})
	}
}

func TestAFileOfAnotherKindIsRefused(t *testing.T) {
	for name, test := range map[string]struct{ data, want string }{
		"nothing":   {"", "line 1, column 1: unexpected end of JSON input"},
		"list":      {" [ ]", "file: is [], an object is expected"},
		"cut off":   {"{\n \"é\"", "line 2, column 4: unexpected end of JSON input"},
		"null":      {"null", "file: is null, an object is expected"},
		"one mark":  {"\ufeff{\n \"é\"", "line 2, column 4: unexpected end of JSON input"},
		"two files": {"{}\n{}", "line 2, column 1: invalid character '{' after top-level value"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load([]byte(test.data), loadedAt)
			assert.EqualError(t, err, test.want)
		})
	}
}

func TestAFileHasOneMarkAtMost(t *testing.T) {
	_, err := load([]byte("\ufeff\ufeff{}"), loadedAt)
	assert.ErrorContains(t, err, "looking for beginning of value") // at a column that depends on the version of Go
}

func TestATaskMustSayItsWorkflowUnlessThereIsOne(t *testing.T) {
	text := strings.Replace(string(read(t, "minimal.json")), `"Small"`, `"Small", "tasks": [{"sid": "`+unknown("WT")+`"}]`, 1)
	_, err := load([]byte(text), loadedAt)
	assert.EqualError(t, err, "workspaces[0].tasks[0].workflow_sid: is missing, and the workspace has 0 workflows")
	_, err = load([]byte(strings.Replace(text, `"tasks": [{`, `"tasks": [{"workflow_sid": "", `, 1)), loadedAt)
	assert.NoError(t, err)
}

func TestDatesThatCannotBeMovedBackAreRefused(t *testing.T) {
	const fault = "file: has dates so far apart that none would be in the future only if others were before the year 1"
	for name, test := range map[string]struct{ earliest, latest, fault string }{
		"far apart":         {"0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z", fault},
		"to the year 0":     {"2025-12-31T23:59:59Z", "4051-01-01T00:00:00Z", fault},
		"to the year 1":     {"2026-01-01T00:00:00Z", "4051-01-01T00:00:00Z", ""},
		"not moved, though": {"0001-01-01T00:00:00Z", "2026-01-01T00:00:00Z", ""},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(string(read(t, "minimal.json")), `"Small"`,
				`"Small", "date_created": "`+test.earliest+`", "date_updated": "`+test.latest+`"`, 1)
			_, err := load([]byte(text), time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC))
			if test.fault == "" {
				assert.NoError(t, err)
			} else {
				assert.EqualError(t, err, test.fault)
			}
		})
	}
}

func TestTheFirstTwentyFaultsAreTold(t *testing.T) {
	for n, last := range map[int]string{20: "x19: is no member that is known here", 21: "and 1 more", 30: "and 10 more"} {
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, `"x%d": 1, `, i)
		}
		_, err := load(broken(t, `"seed"`, text.String()+`"seed"`), loadedAt)
		require.Error(t, err)
		lines := strings.Split(err.Error(), "\n")
		assert.Len(t, lines, min(n, 21))
		assert.Equal(t, last, lines[len(lines)-1])
		assert.Equal(t, "x19: is no member that is known here", lines[19])
	}
}

func TestFaultsOfAllPartsAreToldTogether(t *testing.T) {
	text := strings.NewReplacer(`"Alice"`, `""`, `"priority": 5`, `"priority": -5`).Replace(string(read(t, "support.json")))
	_, err := load([]byte(text), loadedAt)
	assert.EqualError(t, err, "workspaces[0].workers[0].friendly_name: must not be empty\n"+
		"workspaces[0].tasks[3].priority: must be from 0 to 2147483647")
}
