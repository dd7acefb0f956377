package requests

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	peer "github.com/twilio/twilio-go/rest/taskrouter/v1"

	"github.com/taskrouter-go/sdk/conformance/internal/calls"
	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter"
)

// links are what leads from a page to the next, by a page's number, from 0.
var links = map[string]func(path string, page int) string{
	"":                   func(path string, page int) string { return "https://taskrouter.twilio.com" + path + pageQuery(page) },
	"to another host":    func(path string, page int) string { return "https://elsewhere.example" + path + pageQuery(page) },
	"without TLS":        func(path string, page int) string { return "http://taskrouter.twilio.com" + path + pageQuery(page) },
	"to another path":    func(_ string, page int) string { return "https://taskrouter.twilio.com/v1/Other" + pageQuery(page) },
	"without a host":     func(path string, page int) string { return path + pageQuery(page) },
	"to the page itself": func(path string, _ int) string { return "https://taskrouter.twilio.com" + path + pageQuery(0) },
	"with a filter": func(path string, page int) string {
		return "https://taskrouter.twilio.com" + path + pageQuery(page) + "&FriendlyName=node.7%26%2B"
	},
	"that is not escaped": func(path string, page int) string {
		return "https://taskrouter.twilio.com" + path + pageQuery(page) + "&FriendlyName=two words"
	},
	"that is no URL at all": func(string, int) string { return "https://[" },
}

func pageQuery(page int) string {
	return fmt.Sprintf("?PageSize=2&Page=%d&PageToken=PA%d.5", page, page)
}

// pageCount is how many pages the lists have that are walked through.
const pageCount = 3

// pagesOf makes pages of the only page of a list.
func pagesOf(only answer, path string, link func(string, int) string) ([]answer, error) {
	var pages []answer
	for page := range pageCount {
		next := ""
		if page < pageCount-1 {
			next = link(path, page+1)
		}
		body, err := withLinks(only.body, link(path, page), next)
		if err != nil {
			return nil, err
		}
		pages = append(pages, answer{status: only.status, body: body})
	}
	return pages, nil
}

// comparePages lets both libraries read lists of several pages.
func (c *comparison) comparePages(ctx context.Context, o gen.Operation) error {
	made := base(o)
	made.values.Set("PageSize", "2")
	path := pathOf(made)
	for _, name := range slices.Sorted(maps.Keys(links)) {
		pages, err := pagesOf(c.answers[o.ID], path, links[name])
		if err != nil {
			return err
		}
		walk := made.clone("pages with a link %s", name)
		if err := c.compareCall(ctx, walk, pages, func(m theirMethod) bool { return !m.paged }); err != nil {
			return fmt.Errorf("%s: %w", walk.name, err)
		}
	}
	return c.compareNumberedPages(ctx, made, path)
}

func pathOf(c call) string {
	path := c.operation.Path
	for name, value := range c.pathValues {
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}
	return path
}

// compareNumberedPages reads pages by the methods of the peer that return one. They
// know no next page: their users take two values out of the link and hand them over.
func (c *comparison) compareNumberedPages(ctx context.Context, made call, path string) error {
	pages, err := pagesOf(c.answers[made.operation.ID], path, links[""])
	if err != nil {
		return err
	}
	methods, err := theirMethods(made.operation.ID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(calls.Of(made.operation.ID), func(method calls.Call) bool { return method.Paged })
	ours := calls.Of(made.operation.ID)[i]
	us, err := c.doOurs(ctx, made, ours, pages)
	if err != nil {
		return err
	}
	for _, method := range methods {
		if !method.paged {
			continue
		}
		var them outcome
		for page := range pages {
			numbered := made.clone("page %d", page)
			if page > 0 {
				query, err := url.ParseQuery(pageQuery(page)[1:])
				if err != nil {
					return err
				}
				numbered.values = query
			}
			one, err := c.doTheirs(numbered, method, pages[page:page+1])
			if err != nil {
				return err
			}
			them.requests = append(them.requests, one.requests...)
		}
		c.count(compare(made.operation.ID, us, them), ours.Method+" and "+method.name+" by its number")
	}
	return nil
}

// compareLimits lets both libraries read no more than some entries of a list, here
// that of tasks: ours by Collect, theirs by Limit.
func (c *comparison) compareLimits(ctx context.Context) error {
	made := base(gen.OperationListTasks)
	pages, err := pagesOf(c.answers[made.operation.ID], pathOf(made), links[""])
	if err != nil {
		return err
	}
	entries := strings.Count(pages[0].body, `"assignment_status"`) // of a page
	all := entries * pageCount
	for _, limit := range []int{0, 1, entries, entries + 1, all, all + 1, 2000} {
		for _, size := range []int{0, 1, 1000} {
			limited := made.clone("limit %d, page size %d", limit, size)
			if size > 0 {
				limited.values.Set("PageSize", strconv.Itoa(size))
			}
			if err := c.compareLimit(ctx, limited, limit, pages); err != nil {
				return fmt.Errorf("%s: %w", limited.name, err)
			}
		}
	}
	return c.compareReuse(ctx, made, pages)
}

func (c *comparison) compareLimit(ctx context.Context, made call, limit int, pages []answer) error {
	us, err := c.collect(ctx, made, limit, pages)
	if err != nil {
		return err
	}
	methods, err := theirMethods(made.operation.ID)
	if err != nil {
		return err
	}
	limited := made.clone("%s", made.name)
	limited.values.Set("limit", strconv.Itoa(limit))
	for _, method := range methods {
		if method.paged {
			continue
		}
		them, err := c.doTheirs(limited, method, pages)
		if err != nil {
			return err
		}
		c.count(compare(made.operation.ID, us, them), "Collect and "+method.name+", "+made.name)
	}
	return nil
}

func (c *comparison) collect(ctx context.Context, made call, limit int, pages []answer) (outcome, error) {
	var params taskrouter.ListTasksParams
	if made.values.Has("PageSize") {
		size, err := strconv.Atoi(made.values.Get("PageSize"))
		if err != nil {
			return outcome{}, err
		}
		params.PageSize = &size
	}
	client, err := newOurs(made.login, c.ours.wire)
	if err != nil {
		return outcome{}, err
	}
	c.ours.wire.begin(pages...)
	tasks, err := taskrouter.Collect(client.Tasks(made.path()[0]).List(ctx, params), limit)
	return outcome{requests: c.ours.wire.sent(), records: len(tasks)}, err
}

// compareReuse reads a list twice with one struct of parameters of the peer, which it
// changes; the second time with a higher limit.
func (c *comparison) compareReuse(ctx context.Context, made call, pages []answer) error {
	us, err := c.collect(ctx, made, 100, pages)
	if err != nil {
		return err
	}
	service := newTheirs(made.login, c.theirs.wire)
	params := new(peer.ListTaskParams)
	c.theirs.wire.begin(pages...)
	if _, err = service.ListTask(made.path()[0], params.SetLimit(1)); err != nil {
		return err
	}
	c.theirs.wire.begin(pages...)
	tasks, err := service.ListTask(made.path()[0], params.SetLimit(100))
	if err != nil {
		return err
	}
	differences := compare(made.operation.ID, us, outcome{requests: c.theirs.wire.sent(), records: len(tasks)})
	for i := range differences {
		differences[i].place = "second call " + differences[i].place
	}
	c.count(differences, "Collect and ListTask, parameters used again")
	return nil
}
