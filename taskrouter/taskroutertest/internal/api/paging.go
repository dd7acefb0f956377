package api

import (
	"net/url"
	"strconv"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
)

// paging is what a request says of the page that it asks for.
type paging struct {
	size  *gen.PageSize
	page  *gen.Page
	token *gen.PageToken
}

const (
	defaultPageSize = 50
	maxPageSize     = 1000
)

// pageOf returns a page of a list, each entry written by render.
func pageOf[T router.Entry, W any](c *call, workspace *router.Workspace, key string, table *router.Table[T], p paging, q router.Query[T], render renderer[T, W]) ([]W, gen.PageMeta, error) {
	q.Size = defaultPageSize
	number := 0
	if p.size != nil {
		q.Size = *p.size
	}
	if p.page != nil {
		number = *p.page
	}
	if p.token != nil {
		q.Token = *p.token
	}
	switch {
	case q.Size < 1 || q.Size > maxPageSize:
		return nil, gen.PageMeta{}, router.Invalid("PageSize must be from 1 to %d", maxPageSize)
	case number < 0:
		return nil, gen.PageMeta{}, router.Invalid("Page must not be negative")
	case number > 0 && q.Token == "":
		return nil, gen.PageMeta{}, router.InvalidPaging()
	}
	page, err := table.Page(q)
	if err != nil {
		return nil, gen.PageMeta{}, err
	}
	items := make([]W, 0, len(page.Items))
	for _, entry := range page.Items {
		items = append(items, render(c, workspace, entry))
	}
	return items, c.meta(key, q.Size, number, q.Token, links(page)), nil
}

// neighbours are the tokens of the pages beside a page, "" where there is none.
type neighbours struct{ previous, next string }

func links[T router.Entry](page router.Page[T]) neighbours {
	var n neighbours
	if len(page.Items) == 0 {
		return n
	}
	if page.Before {
		n.previous = page.PreviousToken()
	}
	if page.After {
		n.next = page.NextToken()
	}
	return n
}

func (c *call) meta(key string, size, number int, token string, n neighbours) gen.PageMeta {
	list := c.listURL(size)
	meta := gen.PageMeta{
		Key:          key,
		Page:         number,
		PageSize:     size,
		FirstPageURL: pageURL(list, 0, ""),
		URL:          pageURL(list, number, token),
	}
	if n.previous != "" {
		meta.PreviousPageURL = new(pageURL(list, max(0, number-1), n.previous))
	}
	if n.next != "" {
		meta.NextPageURL = new(pageURL(list, number+1, n.next))
	}
	return meta
}

// listURL is the URL of the list that was asked for, with its filters and page size.
func (c *call) listURL(size int) string {
	query := c.request.URL.Query()
	for _, name := range []string{"PageSize", "Page", "PageToken"} {
		query.Del(name)
	}
	text := query.Encode()
	if text != "" {
		text += "&"
	}
	return c.root + c.api.resourcePath(c.request) + "?" + text + "PageSize=" + strconv.Itoa(size)
}

// pageURL is the URL of a page of a list.
func pageURL(list string, number int, token string) string {
	u := list + "&Page=" + strconv.Itoa(number)
	if token != "" {
		u += "&PageToken=" + url.QueryEscape(token)
	}
	return u
}
