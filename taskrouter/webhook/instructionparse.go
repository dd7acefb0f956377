package webhook

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"strings"
)

// ParseInstruction reads an answer to an assignment callback, the text of a JSON
// object: nil for {}, which decides later. The name of the instruction may have
// capitals, as it may in requests; those of members may not. Numbers and truths may be
// texts, "10" or "true". Members that are not known are dropped.
//
// The error is an [InstructionError]: if the text is no JSON object, names no
// instruction or an unknown one, with the code by which the service reports that,
// and if a member has another type. Whether the service would take what the
// instruction says is for [CheckInstruction].
func ParseInstruction(text []byte) (Instruction, error) {
	instruction, err := parseInstruction(text)
	if err != nil {
		return nil, fmt.Errorf("webhook: read an instruction: %w", err)
	}
	return instruction, nil
}

func parseInstruction(text []byte) (Instruction, error) {
	name, members, err := membersOf(text)
	if err != nil || len(members) == 0 {
		return nil, err
	}
	name = strings.ToLower(name)
	decode, known := decoders[name]
	if !known {
		return nil, &InstructionError{Problem: fmt.Sprintf("%q is no instruction", name), Code: 55555}
	}
	instruction, err := decode(members)
	if err != nil {
		return nil, misreadMember(name, err)
	}
	return instruction, nil
}

// membersOf returns the members of an instruction and its name. Without members it
// has none.
func membersOf(text []byte) (name string, members map[string]json.RawMessage, err error) {
	if err := json.Unmarshal(text, &members); err != nil || members == nil {
		return "", nil, &InstructionError{Problem: "it is no JSON object", Code: 40001}
	}
	if len(members) == 0 {
		return "", members, nil
	}
	if err := json.Unmarshal(members["instruction"], &name); err != nil || name == "" {
		return "", nil, &InstructionError{Problem: `there is no member "instruction" with a name`, Code: 40005}
	}
	return name, members, nil
}

var decoders = map[string]func(map[string]json.RawMessage) (Instruction, error){
	"accept":     decode[Accept],
	"reject":     decode[Reject],
	"dequeue":    decode[Dequeue],
	"call":       decode[Call],
	"redirect":   decode[Redirect],
	"conference": decode[Conference],
}

func decode[I Instruction](members map[string]json.RawMessage) (Instruction, error) {
	maps.DeleteFunc(members, func(name string, _ json.RawMessage) bool {
		return !isMember(name) // which encoding/json would take for one of another case
	})
	unquote(members, reflect.TypeFor[I]())
	text, err := json.Marshal(members)
	if err != nil {
		return nil, err
	}
	var instruction I
	err = json.Unmarshal(text, &instruction)
	return instruction, err
}

// unquote takes numbers and truths out of the text that they may stand in: the service
// documents some of them so, such as accept.
func unquote(members map[string]json.RawMessage, instruction reflect.Type) {
	for i := range instruction.NumField() {
		field := instruction.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		var text string
		if json.Unmarshal(members[name], &text) == nil && isLiteral(text, field.Type) {
			members[name] = json.RawMessage(text)
		}
	}
}

// isLiteral tells whether a text is what a field holds, which is no text.
func isLiteral(text string, field reflect.Type) bool {
	if field.Kind() == reflect.Pointer {
		field = field.Elem()
	}
	switch field.Kind() {
	case reflect.Bool:
		return text == "true" || text == "false"
	case reflect.Int:
		return isNumber(text)
	}
	return false
}

var isNumber = regexp.MustCompile(`^(0|-?[1-9][0-9]*)$`).MatchString

var isMember = regexp.MustCompile(`^[a-z_]+$`).MatchString

// misreadMember says what encoding/json says of a member that has another type.
func misreadMember(name string, err error) error {
	misread := &InstructionError{Instruction: name, Problem: err.Error()}
	if mismatch, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		misread.Member = mismatch.Field
		misread.Problem = fmt.Sprintf("it is a JSON %s, expected %s", mismatch.Value, expectedOf(mismatch.Type))
	}
	return misread
}

func expectedOf(wanted reflect.Type) string {
	switch wanted.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	}
	return "a string"
}
