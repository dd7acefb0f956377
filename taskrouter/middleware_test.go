package taskrouter_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// middlewareOf makes middleware of a function.
func middlewareOf(option func(taskrouter.Middleware) taskrouter.Option, f func(http.RoundTripper, *http.Request) (*http.Response, error)) taskrouter.Option {
	return option(func(next http.RoundTripper) http.RoundTripper {
		return transport(func(r *http.Request) (*http.Response, error) { return f(next, r) })
	})
}

// middlewareLevels are both places where middleware can stand.
var middlewareLevels = map[string]func(taskrouter.Middleware) taskrouter.Option{
	"call": taskrouter.WithCallMiddleware, "attempt": taskrouter.WithAttemptMiddleware,
}

func TestMiddlewareIsCalledInOrderForEachCallOrEachAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var events []string
		named := func(option func(taskrouter.Middleware) taskrouter.Option, name string) taskrouter.Option {
			return middlewareOf(option, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
				operation, ok := taskrouter.OperationOf(r.Context())
				assert.True(t, ok)
				assert.Equal(t, []string{"listTasks", "GET", "/v1/Workspaces/{WorkspaceSid}/Tasks"}, []string{operation.ID, operation.Method, operation.Path})
				events = append(events, fmt.Sprintf("%s in, attempt %d", name, operation.Attempt))
				response, err := next.RoundTrip(r)
				operation, _ = taskrouter.OperationOf(r.Context())
				events = append(events, fmt.Sprintf("%s out, attempt %d, status %d", name, operation.Attempt, response.StatusCode))
				return response, err
			})
		}
		service := inMemory(inTurn(answer(503, ""), pageOfTasks(tasksPath+"?Page=1"), pageOfTasks("")))
		client := retryClient(t, taskrouter.RetryPolicy{}, func(r *http.Request) (*http.Response, error) {
			operation, ok := taskrouter.OperationOf(r.Context())
			assert.True(t, ok)
			events = append(events, fmt.Sprintf("send, attempt %d", operation.Attempt))
			return service(r)
		}, named(taskrouter.WithAttemptMiddleware, "c"), named(taskrouter.WithCallMiddleware, "a"), named(taskrouter.WithAttemptMiddleware, "d"), named(taskrouter.WithCallMiddleware, "b"))
		_, err := sidsOf(t, client.Tasks("WS1").List(t.Context(), taskrouter.ListTasksParams{}))
		require.NoError(t, err)
		assert.Equal(t, []string{
			"a in, attempt 0", "b in, attempt 0",
			"c in, attempt 1", "d in, attempt 1", "send, attempt 1", "d out, attempt 1, status 503", "c out, attempt 1, status 503",
			"c in, attempt 2", "d in, attempt 2", "send, attempt 2", "d out, attempt 2, status 200", "c out, attempt 2, status 200",
			"b out, attempt 2, status 200", "a out, attempt 2, status 200",
			// The page after it is a call of its own.
			"a in, attempt 0", "b in, attempt 0",
			"c in, attempt 1", "d in, attempt 1", "send, attempt 1", "d out, attempt 1, status 200", "c out, attempt 1, status 200",
			"b out, attempt 1, status 200", "a out, attempt 1, status 200",
		}, events)
	})
}

func TestMiddlewareIsMadeOnceForAClient(t *testing.T) {
	for level, option := range middlewareLevels {
		t.Run(level, func(t *testing.T) {
			made := 0
			client := offline(t, inMemory(answer(200, "{}")), option(func(next http.RoundTripper) http.RoundTripper {
				made++
				return next
			}))
			for range 3 {
				require.NoError(t, retryGet(t.Context(), client))
			}
			assert.Equal(t, 1, made)
		})
	}
}

func TestMiddlewareSeesTheRequestAsItIsSentButForTheCredentials(t *testing.T) {
	source := func(context.Context) (string, time.Time, error) { return logSecret, time.Time{}, nil }
	for authentication, credentials := range logAuthentications(source) {
		t.Run(authentication, func(t *testing.T) {
			var seen, sent []http.Header
			see := func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
				seen = append(seen, r.Header.Clone())
				assert.Equal(t, "https://service.test"+mount+taskPath+"?New=1", r.URL.String())
				return next.RoundTrip(r)
			}
			network := transport(func(r *http.Request) (*http.Response, error) {
				if r.URL.Host == "auth.test" {
					return inMemory(answer(200, `{"access_token":"S3CRET"}`))(r)
				}
				sent = append(sent, r.Header.Clone())
				return inMemory(answer(200, "{}"))(r)
			})
			client, err := taskrouter.NewClient(append(credentials,
				taskrouter.WithBaseURL("https://service.test"+mount), taskrouter.WithHTTPClient(&http.Client{Transport: network}),
				middlewareOf(taskrouter.WithCallMiddleware, see), middlewareOf(taskrouter.WithAttemptMiddleware, see))...)
			require.NoError(t, err)
			require.NoError(t, retryGet(t.Context(), client, taskrouter.WithHeader("X-Trace", "1"), taskrouter.WithParam("New", "1")))
			require.Len(t, sent, 1)
			require.Len(t, seen, 2)
			assert.NotEmpty(t, sent[0].Get("Authorization"))
			sent[0].Del("Authorization")
			assert.Equal(t, []http.Header{sent[0], sent[0]}, seen)
			for _, name := range []string{"User-Agent", "Accept", "X-Trace"} {
				assert.NotEmpty(t, sent[0].Get(name), name)
			}
		})
	}
}

func TestMiddlewareMayChangeWhatIsSent(t *testing.T) {
	for level, option := range middlewareLevels {
		t.Run(level, func(t *testing.T) {
			service := newFakeService(t, answer(200, "{}"))
			client := service.client(t, middlewareOf(option, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
				r = r.Clone(r.Context())
				r.Header.Set("Traceparent", "1")
				r.Header.Set("Authorization", "Basic nobody")
				r.URL.RawQuery = "by=middleware"
				return next.RoundTrip(r)
			}))
			require.NoError(t, retryGet(t.Context(), client))
			request := service.seen()[0]
			assert.Equal(t, "1", request.Header.Get("Traceparent"))
			assert.Equal(t, "by=middleware", request.Query)
			user, password, _ := (&http.Request{Header: request.Header}).BasicAuth()
			assert.Equal(t, []string{account, secretToken}, []string{user, password}, "but not who asks")
		})
	}
}

func TestMiddlewareMayAnswerItself(t *testing.T) {
	tests := map[string]struct {
		answer   http.HandlerFunc
		about    error // nil for none
		repeated bool  // if it stands around attempts
	}{
		"a success":              {answer(200, `{"sid":"WT1","reason":"cached"}`), nil, false},
		"a failure":              {answer(404, "{}"), taskrouter.ErrNotFound, false},
		"a failure that may end": {answer(503, "{}"), taskrouter.ErrServer, true},
		"no object":              {answer(200, "[]"), taskrouter.ErrInvalidResponse, false},
	}
	for name, test := range tests {
		for level, option := range middlewareLevels {
			t.Run(name+", "+level, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					answered := 0
					client := retryClient(t, taskrouter.RetryPolicy{}, func(*http.Request) (*http.Response, error) {
						t.Error("it was sent")
						return nil, io.EOF
					}, middlewareOf(option, func(_ http.RoundTripper, r *http.Request) (*http.Response, error) {
						answered++
						return inMemory(test.answer)(r)
					}))
					var response taskrouter.Response
					task, err := client.Tasks("WS1").Get(t.Context(), "WT1", taskrouter.WithResponseInto(&response))
					if test.about == nil {
						require.NoError(t, err)
						assert.Equal(t, new("cached"), task.Reason)
					} else {
						assertAbout(t, test.about, err)
					}
					want := map[string]int{"call": 0, "attempt": 1}[level]
					if test.repeated && level == "attempt" {
						want = 4
					}
					assert.Equal(t, want, response.Attempts)
					assert.Equal(t, max(want, 1), answered)
				})
			})
		}
	}
}

// bodySpy tells whether it was closed.
type bodySpy struct {
	io.Reader
	closed int
}

func (s *bodySpy) Close() error { s.closed++; return nil }

func TestMiddlewareMayReplaceTheBodyOfAnAnswer(t *testing.T) {
	for level, option := range middlewareLevels {
		replaced := func(t *testing.T, text string, length int64) (*taskrouter.Task, *bodySpy, error) {
			body := &bodySpy{Reader: strings.NewReader(text)}
			client := offline(t, inMemory(answer(200, `{"sid":"WT1"}`)), taskrouter.WithMaxResponseBytes(int64(len(taskOf30Bytes))),
				middlewareOf(option, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
					response, err := next.RoundTrip(r)
					original, failure := io.ReadAll(response.Body)
					assert.NoError(t, failure)
					assert.Equal(t, `{"sid":"WT1"}`, string(original), "which it could read")
					response.Body, response.ContentLength = body, length
					return response, err
				}))
			task, err := client.Tasks("WS1").Get(t.Context(), "WT1")
			return task, body, err
		}
		t.Run("which is decoded and closed, "+level, func(t *testing.T) {
			for _, length := range []int64{-1, int64(len(taskOf30Bytes)), 13, 0} {
				task, body, err := replaced(t, taskOf30Bytes, length)
				require.NoError(t, err)
				assert.Equal(t, new("later"), task.Reason)
				assert.Equal(t, 1, body.closed)
			}
		})
		t.Run("within the limit of any, "+level, func(t *testing.T) {
			for _, length := range []int64{-1, 31, 13} {
				_, body, err := replaced(t, taskOf30Bytes+" ", length)
				assertAbout(t, taskrouter.ErrInvalidResponse, err)
				assert.ErrorContains(t, err, "more than the limit of 30")
				assert.Equal(t, 1, body.closed)
			}
		})
	}
}

func TestMiddlewareMayFail(t *testing.T) {
	refusal := errors.New("not today")
	for level, option := range middlewareLevels {
		for method, call := range retryCalls {
			t.Run(level+", "+method, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					failed := 0
					client := retryClient(t, taskrouter.RetryPolicy{}, retryFails(io.EOF), middlewareOf(option, func(http.RoundTripper, *http.Request) (*http.Response, error) {
						failed++
						return nil, refusal
					}))
					err := call(t.Context(), client)
					assert.ErrorIs(t, err, refusal)
					assert.NotErrorIs(t, err, io.EOF)
					assert.ErrorContains(t, err, method+" "+taskPath+": ")
					assertAbout(t, nil, err)
					want := 1
					if level == "attempt" && method != http.MethodPost { // like any failure on the way
						want = 4
					}
					assert.Equal(t, want, failed)
				})
			})
		}
	}
}

func TestMiddlewareThatBreaksTheRulesIsAnError(t *testing.T) {
	tests := map[string]struct {
		middleware taskrouter.Middleware
		text       string
		sent       bool
	}{
		"no round tripper": {
			func(http.RoundTripper) http.RoundTripper { return nil },
			"middleware made no round tripper", false,
		},
		"no response": {
			func(http.RoundTripper) http.RoundTripper {
				return transport(func(*http.Request) (*http.Response, error) { return nil, nil })
			},
			"middleware returned neither an error nor a response with a body", false,
		},
		"a response without a body": {
			func(next http.RoundTripper) http.RoundTripper {
				return transport(func(r *http.Request) (*http.Response, error) {
					response, err := next.RoundTrip(r)
					response.Body = nil
					return response, err
				})
			},
			"middleware returned neither an error nor a response with a body", true,
		},
		"another context": {
			func(next http.RoundTripper) http.RoundTripper {
				return transport(func(r *http.Request) (*http.Response, error) {
					return next.RoundTrip(r.WithContext(context.Background()))
				})
			},
			"middleware sent a request without the context of its call", false,
		},
		"another request": {
			func(next http.RoundTripper) http.RoundTripper {
				return transport(func(r *http.Request) (*http.Response, error) {
					other, err := http.NewRequest(r.Method, r.URL.String(), nil)
					if err != nil {
						return nil, err
					}
					return next.RoundTrip(other)
				})
			},
			"middleware sent a request without the context of its call", false,
		},
		"no request": {
			func(next http.RoundTripper) http.RoundTripper {
				return transport(func(*http.Request) (*http.Response, error) { return next.RoundTrip(nil) })
			},
			"middleware sent a request without a URL or without headers", false,
		},
		"a request without a URL": {
			func(next http.RoundTripper) http.RoundTripper {
				return transport(func(r *http.Request) (*http.Response, error) {
					r = r.Clone(r.Context())
					r.URL = nil
					return next.RoundTrip(r)
				})
			},
			"middleware sent a request without a URL or without headers", false,
		},
		"a request without headers": {
			func(next http.RoundTripper) http.RoundTripper {
				return transport(func(r *http.Request) (*http.Response, error) {
					r = r.Clone(r.Context())
					r.Header = nil
					return next.RoundTrip(r)
				})
			},
			"middleware sent a request without a URL or without headers", false,
		},
	}
	for name, test := range tests {
		for level, option := range middlewareLevels {
			for method, call := range retryCalls {
				t.Run(strings.Join([]string{name, level, method}, ", "), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						sent := 0
						client := retryClient(t, taskrouter.RetryPolicy{RepeatUnsafe: true}, func(r *http.Request) (*http.Response, error) {
							sent++
							return inMemory(answer(200, "{}"))(r)
						}, option(test.middleware))
						err := call(t.Context(), client)
						assert.ErrorContains(t, err, test.text)
						assert.ErrorContains(t, err, method+" "+taskPath+": ")
						assertAbout(t, nil, err)
						assert.Equal(t, map[bool]int{true: 1}[test.sent], sent, "and not repeated")
					})
				})
			}
		}
	}
}

// Between those that do not, the rules hold: what one returns is what the other
// is given.
func TestMiddlewareIsNotGivenWhatOtherMiddlewareShouldNotReturn(t *testing.T) {
	for level, option := range middlewareLevels {
		t.Run(level, func(t *testing.T) {
			var seen error
			client := offline(t, retryFails(io.EOF),
				middlewareOf(option, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
					response, err := next.RoundTrip(r)
					seen = err
					return response, err
				}),
				middlewareOf(option, func(http.RoundTripper, *http.Request) (*http.Response, error) { return nil, nil }))
			require.Error(t, retryGet(t.Context(), client))
			assert.EqualError(t, seen, "middleware returned neither an error nor a response with a body")
		})
	}
}

func TestMiddlewareMayMakeAContextFromTheOneItWasGiven(t *testing.T) {
	for level, option := range middlewareLevels {
		t.Run(level, func(t *testing.T) {
			client := offline(t, func(r *http.Request) (*http.Response, error) {
				assert.Equal(t, "span", r.Context().Value(logKey{}))
				return inMemory(answer(200, "{}"))(r)
			}, middlewareOf(option, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
				return next.RoundTrip(r.WithContext(context.WithValue(r.Context(), logKey{}, "span")))
			}))
			require.NoError(t, retryGet(t.Context(), client))
		})
	}
}

func TestAttemptMiddlewareMayUseTheContextOfTheCall(t *testing.T) {
	var ctx context.Context
	client := offline(t, inMemory(answer(200, "{}")),
		middlewareOf(taskrouter.WithCallMiddleware, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			ctx = r.Context()
			return next.RoundTrip(r)
		}),
		middlewareOf(taskrouter.WithAttemptMiddleware, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			return next.RoundTrip(r.WithContext(ctx))
		}))
	require.NoError(t, retryGet(t.Context(), client))
}

// Whether a resource is already gone is known of the answer that said so.
func TestMiddlewareMayAnswerForADeletionThatFoundNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := retryClient(t, taskrouter.RetryPolicy{}, inMemory(inTurn(answer(503, ""), answer(404, ""))),
			middlewareOf(taskrouter.WithCallMiddleware, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
				response, err := next.RoundTrip(r)
				if err == nil && response.StatusCode == http.StatusNotFound {
					return inMemory(answer(403, "{}"))(r)
				}
				return response, err
			}))
		assertAbout(t, taskrouter.ErrForbidden, client.Tasks("WS1").Delete(t.Context(), "WT1"))
	})
}

// Credentials are for the base URL, whoever chooses the address.
func TestMiddlewareCannotTakeCredentialsElsewhere(t *testing.T) {
	source := func(context.Context) (string, time.Time, error) { return logSecret, time.Time{}, nil }
	tests := map[string]func(*http.Request){
		"to another host":          func(r *http.Request) { r.URL.Host = "elsewhere.test" },
		"to a host below it":       func(r *http.Request) { r.URL.Host = "a." + r.URL.Host },
		"to another port":          func(r *http.Request) { r.URL.Host += ":8443" },
		"to where all can read":    func(r *http.Request) { r.URL.Scheme = "http" },
		"to nowhere":               func(r *http.Request) { *r.URL = url.URL{} },
		"to an address of a box":   func(r *http.Request) { r.URL.Host, r.URL.Scheme = "", "unix" },
		"to a host in the header":  func(r *http.Request) { r.Host = "elsewhere.test" },
		"to a host that is opaque": func(r *http.Request) { r.URL.Opaque = "//elsewhere.test/" },
	}
	for name, direct := range tests {
		for level, option := range middlewareLevels {
			for authentication, credentials := range logAuthentications(source) {
				t.Run(strings.Join([]string{name, level, authentication}, ", "), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						var book logBook
						client, err := taskrouter.NewClient(append(slices.Clone(credentials), book.option(),
							taskrouter.WithRetry(taskrouter.RetryPolicy{RepeatUnsafe: true}),
							taskrouter.WithBaseURL("https://service.test"+mount),
							taskrouter.WithHTTPClient(&http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
								t.Errorf("%s was requested", r.URL)
								return nil, io.EOF
							})}),
							middlewareOf(option, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
								r = r.Clone(r.Context())
								direct(r)
								return next.RoundTrip(r)
							}))...)
						require.NoError(t, err)
						for method, call := range retryCalls {
							err = call(t.Context(), client)
							assert.ErrorContains(t, err, method+" "+taskPath+": the credentials are for https://service.test, and middleware has directed the request elsewhere")
							assertAbout(t, nil, err)
							assert.NotContains(t, err.Error(), logSecret)
						}
						assert.NotContains(t, book.text.String(), logSecret)
					})
				})
			}
		}
	}
	t.Run("but to another path", func(t *testing.T) {
		for level, option := range middlewareLevels {
			service := newFakeService(t, answer(200, "{}"))
			client := service.client(t, middlewareOf(option, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
				r = r.Clone(r.Context())
				r.URL.Path = mount + "/v2/elsewhere"
				return next.RoundTrip(r)
			}))
			require.NoError(t, retryGet(t.Context(), client), level)
			assert.Equal(t, []string{"GET /v2/elsewhere"}, service.targets())
		}
	})
}

func TestMiddlewareThatIsNilIsAnError(t *testing.T) {
	for text, option := range map[string]taskrouter.Option{
		"WithCallMiddleware: the middleware is nil":    taskrouter.WithCallMiddleware(nil),
		"WithAttemptMiddleware: the middleware is nil": taskrouter.WithAttemptMiddleware(nil),
	} {
		_, err := taskrouter.NewClient(taskrouter.WithAuthToken(account, secretToken), option)
		assert.EqualError(t, err, "taskrouter: new client: "+text)
	}
}

// Nor does it afterwards, on the request and on that of the answer, as tracing
// might record them.
func TestMiddlewareNeverSeesCredentials(t *testing.T) {
	for level, with := range middlewareLevels {
		for want, option := range authKinds() {
			t.Run(level+" "+want, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					office := newAuthOffice(authGrant(authAccess, ""))
					looks, attempts := 0, 0
					network := transport(func(r *http.Request) (*http.Response, error) {
						response, err := office.RoundTrip(r)
						if err == nil && r.URL.Host == "service.test" {
							if attempts++; attempts == 1 {
								response.StatusCode = http.StatusServiceUnavailable
							}
						}
						if response != nil {
							response.Request = r // as net/http does
						}
						return response, err
					})
					client := authClient(t, network, option, middlewareOf(with, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
						header := r.Header
						assert.NotContains(t, header, "Authorization", "before")
						response, err := next.RoundTrip(r)
						require.NoError(t, err)
						require.NotNil(t, response.Request)
						for _, seen := range []http.Header{header, r.Header, response.Request.Header} {
							looks++
							assert.NotContains(t, seen, "Authorization", "afterwards")
						}
						return response, err
					}))
					require.NoError(t, authGet(t.Context(), client))
					assert.Equal(t, map[string]int{"call": 3, "attempt": 6}[level], looks)
					assert.Equal(t, []string{want, want}, office.service.sent())
				})
			})
		}
	}
}

func TestHeadersThatMiddlewareAddsDoNotPileUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeServiceInBubble(t, inTurn(answer(503, ""), answer(429, ""), answer(200, `{}`)))
		add := func(name string) func(http.RoundTripper, *http.Request) (*http.Response, error) {
			return func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
				r.Header.Add(name, "1")
				r.Header.Add("X-Trace", name)
				return next.RoundTrip(r)
			}
		}
		client := service.client(t, taskrouter.WithRetry(taskrouter.RetryPolicy{}),
			middlewareOf(taskrouter.WithCallMiddleware, add("X-Call")), middlewareOf(taskrouter.WithAttemptMiddleware, add("X-Attempt")))
		require.NoError(t, retryGet(t.Context(), client, taskrouter.WithHeader("X-Trace", "mine")))
		require.Len(t, service.seen(), 3)
		for _, request := range service.seen() {
			assert.Equal(t, []string{"1"}, request.Header["X-Call"])
			assert.Equal(t, []string{"1"}, request.Header["X-Attempt"])
			assert.Equal(t, []string{"mine", "X-Call", "X-Attempt"}, request.Header["X-Trace"])
		}
	})
}

// Whatever GetBody says, which middleware may have forgotten.
func TestTheFirstAttemptSendsTheBodyThatMiddlewarePutInPlace(t *testing.T) {
	const other = "Reason=other"
	tests := map[string]func(r *http.Request){
		"without GetBody":            func(r *http.Request) { r.GetBody = nil },
		"with the GetBody of before": func(*http.Request) {},
		"with its GetBody": func(r *http.Request) {
			r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(other)), nil }
		},
	}
	for name, setGetBody := range tests {
		for level, with := range middlewareLevels {
			t.Run(name+", "+level, func(t *testing.T) {
				service := newFakeService(t, answer(200, `{}`))
				client := service.client(t, taskrouter.WithRetry(taskrouter.RetryPolicy{}), middlewareOf(with, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
					r.Body, r.ContentLength = io.NopCloser(strings.NewReader(other)), int64(len(other))
					setGetBody(r)
					return next.RoundTrip(r)
				}))
				require.NoError(t, retryCalls[http.MethodPost](t.Context(), client))
				require.Len(t, service.seen(), 1)
				assert.Equal(t, other, service.seen()[0].Form.Encode())
			})
		}
	}
}

func TestMiddlewareMayAnswerInPlaceOfACallThatGaveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := retryClient(t, taskrouter.RetryPolicy{}, inMemory(answer(429, "", "Retry-After", "10")),
			middlewareOf(taskrouter.WithCallMiddleware, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
				response, err := next.RoundTrip(r)
				if err == nil && response.StatusCode == 429 {
					return inMemory(answer(200, `{"sid":"WT1"}`))(r)
				}
				return response, err
			}))
		assert.NoError(t, retryGet(t.Context(), client, taskrouter.WithTimeout(time.Second)))
	})
}

func TestBodiesOfMiddlewareAreClosed(t *testing.T) {
	for _, sent := range []bool{true, false} {
		var opened []*bodySpy
		open := func() io.ReadCloser {
			opened = append(opened, &bodySpy{Reader: strings.NewReader("a=1")})
			return opened[len(opened)-1]
		}
		limiter := limitFunc(func(context.Context) error {
			if sent {
				return nil
			}
			return errors.New("refused")
		})
		client := offline(t, func(r *http.Request) (*http.Response, error) {
			_ = r.Body.Close()
			return inMemory(answer(200, "{}"))(r)
		}, taskrouter.WithLimiter(limiter), retryBody(open, func() (io.ReadCloser, error) { return open(), nil }))
		err := retryCalls[http.MethodPost](t.Context(), client)
		assert.Equal(t, sent, err == nil, "%v", err)
		assert.NotEmpty(t, opened)
		for i, body := range opened {
			assert.Positive(t, body.closed, "sent %t, body %d", sent, i)
		}
	}
}
