package requests

import (
	"encoding/json"
	"fmt"

	"github.com/taskrouter-go/sdk/conformance"
	"github.com/taskrouter-go/sdk/openapi/document"
)

// answersOf are a success of each operation, from the fixtures. That of a list is its
// only page.
func answersOf(d *document.Document) (map[string]answer, error) {
	scenarios, err := conformance.LoadAll(conformance.Fixtures)
	if err != nil {
		return nil, err
	}
	answers := make(map[string]answer)
	for _, scenario := range scenarios {
		for _, exchange := range scenario.Exchanges {
			operation, _, err := d.Find(exchange.Request.Method, exchange.Request.Path)
			if err != nil {
				return nil, err
			}
			if _, known := answers[operation.ID]; known || exchange.Response.Status != operation.Success() {
				continue
			}
			body, err := withLinks(exchange.Response.Body, "", "")
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", scenario.Name, exchange.Name, err)
			}
			answers[operation.ID] = answer{status: exchange.Response.Status, body: body}
		}
	}
	return answers, nil
}

// withLinks changes where a page says that it is and where the next one is. It leaves
// alone what is no page.
func withLinks(body, self, next string) (string, error) {
	var page map[string]json.RawMessage
	if body == "" {
		return "", nil
	}
	if err := json.Unmarshal([]byte(body), &page); err != nil {
		return "", fmt.Errorf("decode an answer: %w", err)
	}
	if page["meta"] == nil {
		return body, nil
	}
	var meta map[string]any
	if err := json.Unmarshal(page["meta"], &meta); err != nil {
		return "", fmt.Errorf("decode the metadata of a page: %w", err)
	}
	meta["next_page_url"], meta["previous_page_url"] = nil, nil
	if next != "" {
		meta["next_page_url"] = next
	}
	if self != "" {
		meta["url"] = self
	}
	page["meta"] = json.RawMessage(mustJSON(meta))
	return mustJSON(page), nil
}
