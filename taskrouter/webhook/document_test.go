package webhook_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/openapi"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// probe can be read as each type that a field may have: as a text, a number,
// true, a second, and a time.
const probe = "1"

// schemaOf reads a schema of the document.
func schemaOf(t *testing.T, name string) *openapi3.Schema {
	t.Helper()
	schema := openAPIDocument(t).Components.Schemas[name]
	require.NotNil(t, schema, "the document has no schema %s", name)
	return schema.Value
}

func openAPIDocument(t *testing.T) *openapi3.T {
	t.Helper()
	document, err := readDocument()
	require.NoError(t, err)
	return document
}

var readDocument = sync.OnceValues(func() (*openapi3.T, error) {
	return openapi3.NewLoader().LoadFromData(openapi.Document)
})

func TestEveryFieldOfTheDocumentIsReadIntoItsPlaceOfAnAssignment(t *testing.T) {
	want := map[string][]string{
		"Timestamp":        {"Time"},
		"AccountSid":       {"AccountSID"},
		"WorkspaceSid":     {"WorkspaceSID"},
		"WorkflowSid":      {"WorkflowSID"},
		"TaskQueueSid":     {"TaskQueueSID"},
		"ReservationSid":   {"ReservationSID"},
		"WorkerSid":        {"WorkerSID"},
		"WorkerAttributes": {"WorkerAttributes"},
		"TaskSid":          {"TaskSID"},
		"TaskAttributes":   {"TaskAttributes"},
		"TaskAge":          {"TaskAge"},
		"TaskPriority":     {"TaskPriority"},
	}
	got := map[string][]string{}
	base := sampleAssignmentForm()
	before, err := webhook.ParseAssignment(base)
	require.NoError(t, err)
	for name := range schemaOf(t, "AssignmentCallback").Properties {
		after, err := webhook.ParseAssignment(withField(base, name, probe))
		require.NoError(t, err)
		got[name] = placesThatDiffer(before, after)
	}
	assert.Equal(t, want, got)
}

// eventPlaces are the fields of events, and where an event or its views say
// them. "Worker.TimeInPreviousActivity" is said by two.
var eventPlaces = map[string]string{
	"EventType":        "Type",
	"AccountSid":       "AccountSID",
	"WorkspaceSid":     "WorkspaceSID",
	"WorkspaceName":    "WorkspaceName",
	"EventDescription": "Description",
	"ResourceType":     "ResourceType",
	"ResourceSid":      "ResourceSID",
	"Timestamp":        "Time",
	"TimestampMs":      "Time",
	"Sid":              "SID",
	"OperatingUnitSid": "OperatingUnitSID",
	"Reason":           "Reason",

	"ActivitySid":       "Activity.SID",
	"ActivityName":      "Activity.Name",
	"ActivityAvailable": "Activity.Available",

	"TaskSid":              "Task.SID",
	"TaskAttributes":       "Task.Attributes",
	"TaskAge":              "Task.Age",
	"TaskPriority":         "Task.Priority",
	"TaskAssignmentStatus": "Task.AssignmentStatus",
	"TaskCanceledReason":   "Task.CanceledReason",
	"TaskCompletedReason":  "Task.CompletedReason",
	"TaskVersion":          "Task.Version",
	"TaskDateCreated":      "Task.DateCreated",
	"TaskVirtualStartTime": "Task.VirtualStartTime",
	"TaskQueueEnteredDate": "Task.QueueEnteredDate",
	"TaskIgnoreCapacity":   "Task.IgnoreCapacity",

	"TaskQueueSid":              "TaskQueue.SID",
	"TaskQueueName":             "TaskQueue.Name",
	"TaskQueueTargetExpression": "TaskQueue.TargetExpression",

	"TaskChannelSid":              "TaskChannel.SID",
	"TaskChannelName":             "TaskChannel.Name",
	"TaskChannelUniqueName":       "TaskChannel.UniqueName",
	"TaskChannelOptimizedRouting": "TaskChannel.OptimizedRouting",

	"WorkflowSid":                    "Workflow.SID",
	"WorkflowName":                   "Workflow.Name",
	"WorkflowFilterName":             "WorkflowTarget.FilterName",
	"WorkflowFilterExpression":       "WorkflowTarget.FilterExpression",
	"WorkflowFilterTargetName":       "WorkflowTarget.Name",
	"WorkflowFilterTargetExpression": "WorkflowTarget.Expression",

	"WorkerSid":                      "Worker.SID",
	"WorkerName":                     "Worker.Name",
	"WorkerAttributes":               "Worker.Attributes",
	"WorkerActivitySid":              "Worker.ActivitySID",
	"WorkerActivityName":             "Worker.ActivityName",
	"WorkerVersion":                  "Worker.Version",
	"WorkerPreviousActivitySid":      "Worker.PreviousActivitySID",
	"WorkerPreviousActivityName":     "Worker.PreviousActivityName",
	"WorkerTimeInPreviousActivity":   "Worker.TimeInPreviousActivity",
	"WorkerTimeInPreviousActivityMs": "Worker.TimeInPreviousActivity",

	"WorkerChannelAvailable":         "WorkerChannel.Available",
	"WorkerChannelAvailableCapacity": "WorkerChannel.AvailableCapacity",
	"WorkerChannelPreviousCapacity":  "WorkerChannel.PreviousCapacity",
	"WorkerChannelTaskCount":         "WorkerChannel.TaskCount",
	"WorkerChannelCapacity":          "WorkerChannel.Capacity",
	"WorkerChannelConsumedCapacity":  "WorkerChannel.ConsumedCapacity",

	"ReservationSid":     "Reservation.SID",
	"ReservationVersion": "Reservation.Version",
}

func TestEveryFieldOfTheDocumentIsReadIntoItsPlaceOfAnEvent(t *testing.T) {
	got := map[string]string{}
	base := url.Values{"EventType": {"probe"}}
	before, err := webhook.ParseEvent(base)
	require.NoError(t, err)
	for name := range schemaOf(t, "EventCallback").Properties {
		after, err := webhook.ParseEvent(withField(base, name, probe))
		require.NoError(t, err)
		got[name] = strings.Join(placesThatDiffer(before, after), " and ")
	}
	assert.Equal(t, eventPlaces, got)
}

func TestNoPlaceOfAnEventIsWithoutAFieldOfTheDocument(t *testing.T) {
	places := slices.Sorted(maps.Values(eventPlaces))
	assert.Equal(t, slices.Compact(places), slices.Sorted(maps.Keys(flatten(webhook.Event{}))))
}

func TestAnEventHasNoViewOfFieldsThatAreEmpty(t *testing.T) {
	form := url.Values{}
	for name := range eventPlaces {
		form.Set(name, "")
	}
	form.Set("EventType", "task.created")
	event, err := webhook.ParseEvent(form)
	require.NoError(t, err)
	assert.Empty(t, viewsOf(event))
	for name, view := range eventViews {
		value, _ := view(event)
		assert.Zero(t, value, name)
	}
}

// fieldGroups are fields that are documented to come together.
var fieldGroups = map[string]string{
	"all":          "EventType AccountSid WorkspaceSid WorkspaceName EventDescription ResourceType ResourceSid Timestamp",
	"activity":     "ActivitySid ActivityName ActivityAvailable",
	"task":         "TaskSid TaskAttributes TaskAge TaskPriority TaskAssignmentStatus TaskCanceledReason TaskCompletedReason",
	"queue":        "TaskQueueSid",
	"queue data":   "TaskQueueSid TaskQueueName TaskQueueTargetExpression",
	"queue target": "TaskQueueSid TaskQueueTargetExpression",
	"unit":         "OperatingUnitSid",
	"channel":      "TaskChannelSid TaskChannelName TaskChannelUniqueName TaskChannelOptimizedRouting",
	"workflow":     "WorkflowSid",
	"workflow all": "WorkflowSid WorkflowName",
	"reservation":  "ReservationSid",
	"worker":       "WorkerSid WorkerName WorkerAttributes WorkerActivitySid WorkerActivityName WorkerVersion",
	"previous":     "WorkerTimeInPreviousActivity WorkerTimeInPreviousActivityMs WorkerPreviousActivitySid",
	"capacity":     "WorkerChannelAvailable WorkerChannelAvailableCapacity WorkerChannelPreviousCapacity WorkerChannelTaskCount TaskChannelSid TaskChannelUniqueName",
}

// documentedType is what is documented of an event type.
type documentedType struct {
	groups []string // beside those that all events have
	views  []string // sorted
}

var (
	ofActivity    = documentedType{[]string{"activity"}, []string{"Activity"}}
	ofReservation = documentedType{[]string{"task", "queue", "workflow", "reservation", "worker"}, []string{"Reservation", "Task", "TaskQueue", "Worker", "Workflow"}}
	ofTask        = documentedType{[]string{"task", "queue", "workflow"}, []string{"Task", "TaskQueue", "Workflow"}}
	ofChannel     = documentedType{[]string{"channel"}, []string{"TaskChannel"}}
	ofWorker      = documentedType{[]string{"worker", "unit"}, []string{"Worker"}}
	ofCapacity    = documentedType{[]string{"worker", "unit", "capacity"}, []string{"TaskChannel", "Worker", "WorkerChannel"}}
	ofWorkflow    = documentedType{[]string{"workflow all"}, []string{"Workflow"}}
	ofRouting     = documentedType{[]string{"task", "workflow"}, []string{"Task", "Workflow"}}
	ofWorkspace   = documentedType{}
)

// documentedTypes are the event types that the service documents.
var documentedTypes = map[string]documentedType{
	"activity.created":                   ofActivity,
	"activity.updated":                   ofActivity,
	"activity.deleted":                   ofActivity,
	"reservation.created":                ofReservation,
	"reservation.accepted":               ofReservation,
	"reservation.rejected":               ofReservation,
	"reservation.timeout":                ofReservation,
	"reservation.canceled":               ofReservation,
	"reservation.rescinded":              ofReservation,
	"reservation.completed":              ofReservation,
	"reservation.failed":                 {[]string{"task", "queue", "workflow", "reservation"}, []string{"Reservation", "Task", "TaskQueue", "Workflow"}},
	"reservation.wrapup":                 ofReservation,
	"task.created":                       ofRouting, // it has no queue yet
	"task.updated":                       ofTask,
	"task.canceled":                      ofTask,
	"task.wrapup":                        ofTask,
	"task.completed":                     ofTask,
	"task.deleted":                       ofTask,
	"task.system-deleted":                ofTask,
	"task.transfer-initiated":            ofTask,
	"task.transfer-attempt-failed":       ofTask,
	"task.transfer-failed":               ofTask,
	"task.transfer-canceled":             ofTask,
	"task.transfer-completed":            ofTask,
	"task-channel.created":               ofChannel,
	"task-channel.updated":               ofChannel,
	"task-channel.deleted":               ofChannel,
	"task-queue.created":                 {[]string{"queue data", "unit"}, []string{"TaskQueue"}},
	"task-queue.deleted":                 {[]string{"queue data"}, []string{"TaskQueue"}},
	"task-queue.entered":                 ofTask,
	"task-queue.timeout":                 ofTask,
	"task-queue.moved":                   ofTask,
	"task-queue.expression.updated":      {[]string{"queue target"}, []string{"TaskQueue"}},
	"worker.created":                     ofWorker,
	"worker.activity.update":             {[]string{"worker", "unit", "previous"}, []string{"Worker"}},
	"worker.attributes.update":           ofWorker,
	"worker.capacity.update":             ofCapacity,
	"worker.channel.availability.update": ofCapacity,
	"worker.deleted":                     ofWorker,
	"workflow.created":                   ofWorkflow,
	"workflow.updated":                   ofWorkflow,
	"workflow.deleted":                   ofWorkflow,
	"workflow.target-matched":            ofRouting,
	"workflow.entered":                   ofRouting,
	"workflow.timeout":                   ofRouting,
	"workflow.skipped":                   ofRouting,
	"workspace.created":                  ofWorkspace,
	"workspace.updated":                  ofWorkspace,
	"workspace.deleted":                  ofWorkspace,
}

func TestEveryEventTypeHasTheViewsOfItsFieldsAndNoOther(t *testing.T) {
	for name, documented := range documentedTypes {
		t.Run(name, func(t *testing.T) {
			form := url.Values{}
			for _, group := range append(documented.groups, "all") {
				for field := range strings.FieldsSeq(fieldGroups[group]) {
					form.Set(field, probe)
				}
			}
			form.Set("EventType", name)
			event, err := webhook.ParseEvent(form)
			require.NoError(t, err)
			assert.Equal(t, documented.views, viewsOf(event))

			said := flatten(event)
			unsaid := flatten(webhook.Event{})
			for field := range form {
				place := eventPlaces[field]
				assert.NotEqual(t, unsaid[place], said[place], "field %s is lost", field)
				delete(unsaid, place)
			}
			for place := range unsaid {
				assert.Equal(t, unsaid[place], said[place], "%s is said by no field", place)
			}
		})
	}
}

func TestTheDocumentAndTheConstantsNameTheDocumentedEventTypes(t *testing.T) {
	documented := slices.Sorted(maps.Keys(documentedTypes))
	assert.Len(t, documented, 49)
	assert.Equal(t, documented, typesInProse(t), "the document")
	assert.Equal(t, documented, typesInCode(t), "the constants")
	var listed []string
	for _, eventType := range webhook.EventTypes() {
		listed = append(listed, string(eventType))
	}
	assert.ElementsMatch(t, documented, listed)
}

// typesInProse reads "task.created, .updated and .deleted; worker.created" as
// four types.
func typesInProse(t *testing.T) []string {
	t.Helper()
	prose := schemaOf(t, "EventCallback").Properties["EventType"].Value.Description
	_, prose, found := strings.Cut(prose, "The types known are ")
	require.True(t, found)
	prose, _, found = strings.Cut(prose, ". Types are added")
	require.True(t, found)
	var types []string
	for _, group := range strings.Split(prose, ";") {
		names := regexp.MustCompile(`[a-z-]*(\.[a-z-]+)+`).FindAllString(group, -1)
		resource, _, _ := strings.Cut(names[0], ".")
		require.NotEmpty(t, resource)
		types = append(types, names[0])
		for _, name := range names[1:] {
			require.True(t, strings.HasPrefix(name, "."), "%s stands behind %s", name, names[0])
			types = append(types, resource+name)
		}
	}
	slices.Sort(types)
	return types
}

// typesInCode reads the constants of the type EventType.
func typesInCode(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "eventtypes.go", nil, 0)
	require.NoError(t, err)
	var types []string
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok {
			return true
		}
		require.Equal(t, "EventType", spec.Type.(*ast.Ident).Name)
		for i, name := range spec.Names {
			text, err := strconv.Unquote(spec.Values[i].(*ast.BasicLit).Value)
			require.NoError(t, err)
			spelt := "EventType" + strings.NewReplacer(".", "", "-", "").Replace(text)
			assert.True(t, strings.EqualFold(name.Name, spelt), "%s = %q", name.Name, text)
			types = append(types, text)
		}
		return true
	})
	slices.Sort(types)
	return types
}

// instructionsBySchema are the instructions, by the schema that describes them.
var instructionsBySchema = map[string]webhook.Instruction{
	"AcceptInstruction":     webhook.Accept{},
	"RejectInstruction":     webhook.Reject{},
	"DequeueInstruction":    webhook.Dequeue{},
	"CallInstruction":       webhook.Call{},
	"RedirectInstruction":   webhook.Redirect{},
	"ConferenceInstruction": webhook.Conference{},
}

// stricterThanDocument are the members that the service takes in less forms than the
// document says, and why.
var stricterThanDocument = map[string]string{
	"conference from": "documented as optional, but errors 40138 and 40141 are for those that have none",
}

func TestTheDocumentDescribesEveryInstruction(t *testing.T) {
	var described []string
	for name := range openAPIDocument(t).Components.Schemas {
		if strings.HasSuffix(name, "Instruction") && name != "NoInstruction" {
			described = append(described, name)
		}
	}
	assert.ElementsMatch(t, described, slices.Collect(maps.Keys(instructionsBySchema)))
}

func TestEveryMemberOfAnInstructionIsAsTheDocumentHasIt(t *testing.T) {
	for name, zero := range instructionsBySchema {
		t.Run(name, func(t *testing.T) {
			schema := schemaOf(t, name)
			filled := fillInstruction(t, schema, zero)
			require.NoError(t, webhook.CheckInstruction(filled))

			members := membersOf(t, filled)
			assert.ElementsMatch(t, slices.Collect(maps.Keys(schema.Properties)), slices.Collect(maps.Keys(members)))
			assert.NoError(t, schema.VisitJSON(members))
			assert.Equal(t, []any{members["instruction"]}, schema.Properties["instruction"].Value.Enum)
		})
	}
}

func TestEveryEnumOfAnInstructionIsThatOfTheDocument(t *testing.T) {
	for name, zero := range instructionsBySchema {
		schema := schemaOf(t, name)
		for field := range reflect.TypeOf(zero).Fields() {
			want := schema.Properties[memberName(field)].RefString()
			var got string
			if field.Type.Kind() == reflect.String && field.Type.PkgPath() != "" {
				got = "#/components/schemas/" + field.Type.Name()
			}
			assert.Equal(t, want, got, "%s.%s", name, field.Name)
		}
	}
}

func TestTheLimitsOfTheDocumentAreTheLimitsOfTheCheck(t *testing.T) {
	limits := 0
	for name, zero := range instructionsBySchema {
		schema := schemaOf(t, name)
		for field := range reflect.TypeOf(zero).Fields() {
			property := schema.Properties[memberName(field)].Value
			if !property.Type.Is("integer") {
				continue
			}
			limits++
			try := func(n int) error {
				filled := reflect.New(reflect.TypeOf(zero)).Elem()
				filled.Set(reflect.ValueOf(fillInstruction(t, schema, zero)))
				filled.FieldByIndex(field.Index).SetInt(int64(n))
				return webhook.CheckInstruction(filled.Interface().(webhook.Instruction))
			}
			most := int(*property.Max)
			assert.NoError(t, try(most), "%s.%s", name, field.Name)
			assert.Error(t, try(most+1), "%s.%s", name, field.Name)
			least := 1 // the document has none for spans of time
			if property.Min != nil {
				least = int(*property.Min)
			}
			assert.NoError(t, try(least), "%s.%s", name, field.Name)
			assert.NoError(t, try(0), "%s.%s is not sent", name, field.Name)
			assert.Error(t, try(-1), "%s.%s", name, field.Name)
			if least > 1 {
				assert.Error(t, try(least-1), "%s.%s", name, field.Name)
			}
		}
	}
	assert.Equal(t, 4, limits)
}

func TestWhatTheDocumentRequiresIsRequired(t *testing.T) {
	stricter := slices.Collect(maps.Keys(stricterThanDocument))
	for name, zero := range instructionsBySchema {
		schema := schemaOf(t, name)
		required := []string{"instruction"}
		for _, problem := range instructionErrors(t, webhook.CheckInstruction(zero)) {
			assert.Equal(t, "it is required", problem.Problem)
			member := problem.Instruction + " " + problem.Member
			if i := slices.Index(stricter, member); i >= 0 {
				stricter = slices.Delete(stricter, i, i+1)
				continue
			}
			required = append(required, problem.Member)
		}
		assert.ElementsMatch(t, schema.Required, required, name)
	}
	assert.Empty(t, stricter, "what is not required is not required more strictly")
}

func TestWhatTheDocumentCallsASIDOrAURLHasToBeOne(t *testing.T) {
	for name, zero := range instructionsBySchema {
		schema := schemaOf(t, name)
		for field := range reflect.TypeOf(zero).Fields() {
			property := schema.Properties[memberName(field)].Value
			filled := reflect.New(reflect.TypeOf(zero)).Elem()
			filled.Set(reflect.ValueOf(fillInstruction(t, schema, zero)))
			if field.Type.Kind() != reflect.String {
				continue
			}
			filled.FieldByIndex(field.Index).SetString("something else")
			problems := instructionErrors(t, webhook.CheckInstruction(filled.Interface().(webhook.Instruction)))
			if property.Pattern == "" && property.Format == "" {
				assert.Empty(t, problems, "%s.%s", name, field.Name)
				continue
			}
			require.Len(t, problems, 1, "%s.%s", name, field.Name)
			assert.Equal(t, memberName(field), problems[0].Member)
		}
	}
}

// memberName is the name by which a field is sent.
func memberName(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return name
}

// membersOf encodes an instruction, and decodes its members.
func membersOf(t *testing.T, instruction webhook.Instruction) map[string]any {
	t.Helper()
	text, err := json.Marshal(instruction)
	require.NoError(t, err)
	var members map[string]any
	require.NoError(t, json.Unmarshal(text, &members))
	return members
}

// fillInstruction sets all fields of an instruction to what the document allows.
func fillInstruction(t *testing.T, schema *openapi3.Schema, zero webhook.Instruction) webhook.Instruction {
	t.Helper()
	filled := reflect.New(reflect.TypeOf(zero)).Elem()
	for field, value := range filled.Fields() {
		property := schema.Properties[memberName(field)]
		require.NotNil(t, property, "%s is not in the document", field.Name)
		switch field.Type.Kind() {
		case reflect.Bool:
			value.SetBool(true)
		case reflect.Pointer:
			value.Set(reflect.ValueOf(new(true)))
		case reflect.Int:
			value.SetInt(int64(*property.Value.Max))
		case reflect.Slice:
			enum := schemaOf(t, field.Type.Elem().Name()).Enum
			for _, event := range enum {
				value.Set(reflect.Append(value, reflect.ValueOf(event).Convert(field.Type.Elem())))
			}
		default:
			value.SetString(textFor(property.Value))
		}
	}
	return filled.Interface().(webhook.Instruction)
}

func textFor(schema *openapi3.Schema) string {
	switch {
	case schema.Pattern != "":
		return schema.Pattern[1:3] + "0123456789abcdef0123456789ABCDEF"
	case schema.Format == "uri":
		return "https://example.com/twiml?a=1&b=2"
	case len(schema.Enum) > 0:
		return schema.Enum[0].(string)
	}
	return "any text"
}
