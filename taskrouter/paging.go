package taskrouter

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/internal/pipeline"
)

// ErrNoPage is what [Page.Next] and [Page.Previous] answer at the ends of a
// list.
var ErrNoPage = errors.New("no such page")

// Page is one page of a list.
type Page[T any] struct {
	// Items are the entries, as many as the page size or fewer. A page may be
	// empty and yet have a next one.
	Items []T
	// Meta tells where the page stands in its list.
	Meta PageMeta

	pager pager[T]
	path  string // that was requested, which all pages of a list have in common
}

// HasNext tells whether there is a page after this one.
func (p *Page[T]) HasNext() bool { return p.Meta.NextPageURL != nil && *p.Meta.NextPageURL != "" }

// HasPrevious tells whether there is a page before this one.
func (p *Page[T]) HasPrevious() bool {
	return p.Meta.PreviousPageURL != nil && *p.Meta.PreviousPageURL != ""
}

// Next requests the page after this one, with the options that this page was
// requested with and then those given. Without one it fails with [ErrNoPage].
func (p *Page[T]) Next(ctx context.Context, options ...CallOption) (*Page[T], error) {
	if !p.HasNext() {
		return nil, fmt.Errorf("taskrouter: after the last page: %w", ErrNoPage)
	}
	return p.follow(ctx, *p.Meta.NextPageURL, options)
}

// Previous requests the page before this one, with the options that this page
// was requested with and then those given. Without one it fails with
// [ErrNoPage].
func (p *Page[T]) Previous(ctx context.Context, options ...CallOption) (*Page[T], error) {
	if !p.HasPrevious() {
		return nil, fmt.Errorf("taskrouter: before the first page: %w", ErrNoPage)
	}
	return p.follow(ctx, *p.Meta.PreviousPageURL, options)
}

// follow requests the page that a link of this one leads to. Of the link only the
// query is used: the page belongs to the same list, so its path is known, and
// credentials never follow a URL from a body.
func (p *Page[T]) follow(ctx context.Context, link string, options []CallOption) (*Page[T], error) {
	client := p.pager.client
	if client == nil {
		return nil, fmt.Errorf("taskrouter: %w: the page was not returned by a call", ErrInvalidArgument)
	}
	if link == p.Meta.URL {
		return nil, p.pager.badLink(errors.New("it leads to the page that it stands on"))
	}
	u, err := url.Parse(link)
	if err != nil { // which repeats the link, whose query may hold personal data
		return nil, p.pager.badLink(errors.New("it is no URL"))
	}
	if path := u.EscapedPath(); path != p.path && path != client.baseURL.EscapedPath()+p.path {
		return nil, p.pager.badLink(fmt.Errorf("its path is %q, and that of the list %q", path, p.path))
	}
	target := client.baseURL.String() + p.path
	if u.RawQuery != "" {
		target += "?" + strings.ReplaceAll(u.RawQuery, " ", "%20") // which url.Parse lets pass, and a request line does not
	}
	next := p.pager
	next.options = slices.Concat(next.options, options)
	return next.fetch(ctx, func(ctx context.Context) (*http.Response, error) {
		pipeline.CallOf(ctx).FollowsLink = true
		request, failure := http.NewRequestWithContext(ctx, next.operation.Method, target, nil)
		if failure != nil {
			return nil, failure
		}
		return client.pipeline(request)
	})
}

// Collect gathers the entries of a list, limit of them at most and all of them
// if limit is negative; 0 requests nothing. Pages are requested whole: for a few
// entries give the list a PageSize as small. After a failure it returns those that
// came before it, with the error.
func Collect[T any](list iter.Seq2[*T, error], limit int) ([]*T, error) {
	var items []*T
	if limit == 0 {
		return items, nil
	}
	for item, err := range list {
		if err != nil {
			return items, err
		}
		items = append(items, item)
		if len(items) == limit {
			break
		}
	}
	return items, nil
}

// First returns the first entry of a list, as when looking for a resource by
// its name, or [ErrNotFound] if the list is empty.
func First[T any](list iter.Seq2[*T, error]) (*T, error) {
	for item, err := range list {
		return item, err
	}
	return nil, fmt.Errorf("taskrouter: the list is empty: %w", ErrNotFound)
}

// pager requests the pages of one list.
type pager[T any] struct {
	client    *Client
	operation gen.Operation
	options   []CallOption
	first     sender
	// decode decodes a page of the operation's own envelope.
	decode func(body []byte) ([]T, gen.PageMeta, error)
}

// newPager is for a list whose pages are L, and whose entries split takes out.
func newPager[L, T any](c *Client, operation gen.Operation, options []CallOption, first sender, split func(*L) ([]T, gen.PageMeta)) pager[T] {
	return pager[T]{client: c, operation: operation, options: options, first: first, decode: func(body []byte) ([]T, gen.PageMeta, error) {
		envelope := new(L)
		if err := pipeline.DecodeObject(body, envelope); err != nil {
			return nil, gen.PageMeta{}, err
		}
		items, meta := split(envelope)
		if items == nil && meta == (gen.PageMeta{}) {
			return nil, meta, errors.New("the body holds neither entries nor metadata of a page")
		}
		return items, meta, nil
	}}
}

// page requests the first page.
func (p pager[T]) page(ctx context.Context) (*Page[T], error) { return p.fetch(ctx, p.first) }

// all requests one page after the other, as far as the caller ranges.
func (p pager[T]) all(ctx context.Context) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		seen := map[string]bool{}
		page, err := p.page(ctx)
		for err == nil {
			for i := range page.Items {
				if !yield(&page.Items[i], nil) {
					return
				}
			}
			if !page.HasNext() {
				return
			}
			link := *page.Meta.NextPageURL
			if seen[link] {
				err = p.badLink(errors.New("it leads back to a page before"))
				break
			}
			seen[link], seen[page.Meta.URL] = true, true
			page, err = page.Next(ctx)
		}
		yield(nil, err)
	}
}

func (p pager[T]) fetch(ctx context.Context, send sender) (*Page[T], error) {
	page := &Page[T]{pager: p}
	var err error
	page.path, err = p.client.do(ctx, p.operation, p.options, send, func(body []byte) (failure error) {
		page.Items, page.Meta, failure = p.decode(body)
		return failure
	})
	if err != nil {
		return nil, err
	}
	return page, nil
}

func (p pager[T]) badLink(err error) error {
	return fmt.Errorf("taskrouter: %s: %w: link to another page: %w", p.operation.ID, ErrInvalidResponse, err)
}
