package taskrouter_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// authService is a service in memory that notes with what it was sent requests.
type authService struct {
	// refuses tells which are answered with 401; nil for none.
	refuses func(authorization string) bool

	mutex                  sync.Mutex
	authorizations, bodies []string
}

func (s *authService) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	body := ""
	if r.Body != nil {
		text, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		body = string(text)
	}
	authorization := strings.Join(r.Header["Authorization"], " and ")
	s.mutex.Lock()
	s.authorizations, s.bodies = append(s.authorizations, authorization), append(s.bodies, body)
	s.mutex.Unlock()
	if s.refuses != nil && s.refuses(authorization) {
		return inMemory(answer(http.StatusUnauthorized, `{"code":20003}`))(r)
	}
	return inMemory(answer(http.StatusOK, suitsAll))(r)
}

// sent returns the credentials of the requests so far.
func (s *authService) sent() []string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return slices.Clone(s.authorizations)
}

// authTokens is a source of the tokens t1, t2 and so on.
type authTokens struct {
	// life is how long each is accepted; 0 if nobody knows.
	life time.Duration
	// before holds back the nth token, or fails in its place.
	before func(ctx context.Context, n int) error

	asked atomic.Int32
}

func (s *authTokens) option() taskrouter.Option {
	return taskrouter.WithTokenSource(func(ctx context.Context) (token string, expiry time.Time, err error) {
		n := int(s.asked.Add(1))
		if s.before != nil {
			if err := s.before(ctx, n); err != nil {
				return "", time.Time{}, err
			}
		}
		if s.life != 0 {
			expiry = time.Now().Add(s.life)
		}
		return fmt.Sprintf("t%d", n), expiry, nil
	})
}

// authClient returns a client of https://service.test/base that authenticates as
// the options say, and repeats calls as a client does.
func authClient(t testing.TB, network http.RoundTripper, options ...taskrouter.Option) *taskrouter.Client {
	t.Helper()
	client, err := taskrouter.NewClient(append([]taskrouter.Option{
		taskrouter.WithBaseURL("https://service.test" + mount),
		taskrouter.WithHTTPClient(&http.Client{Transport: network}),
	}, options...)...)
	require.NoError(t, err)
	return client
}

func authGet(ctx context.Context, client *taskrouter.Client) error {
	_, err := client.Tasks("WS1").Get(ctx, "WT1")
	return err
}

// authAtOnce makes n calls at the same time; their errors arrive as they end.
func authAtOnce(n int, call func() error) <-chan error {
	results := make(chan error, n)
	for range n {
		go func() { results <- call() }()
	}
	return results
}

// authOnce is a policy without retries.
func authOnce() taskrouter.Option {
	return taskrouter.WithRetry(taskrouter.RetryPolicy{MaxAttempts: 1})
}

func TestATokenIsFetchedOnceForAllWhoNeedIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fetched := make(chan struct{})
		tokens := &authTokens{before: func(context.Context, int) error {
			<-fetched
			return nil
		}}
		service := &authService{}
		client := authClient(t, service, tokens.option())
		results := authAtOnce(100, func() error { return authGet(t.Context(), client) })
		synctest.Wait()
		assert.Empty(t, service.sent(), "before there is a token")
		close(fetched)
		for range 100 {
			assert.NoError(t, <-results)
		}
		assert.NoError(t, authGet(t.Context(), client), "a call after them")
		assert.EqualValues(t, 1, tokens.asked.Load())
		assert.Equal(t, slices.Repeat([]string{"Bearer t1"}, 101), service.sent())
	})
}

func TestNoTokenIsFetchedBeforeItIsNeeded(t *testing.T) {
	tokens, service := &authTokens{}, &authService{}
	client := authClient(t, service, tokens.option())
	_, err := client.Tasks("WS1").Get(t.Context(), "WK1")
	assertAbout(t, taskrouter.ErrInvalidArgument, err)
	assert.Zero(t, tokens.asked.Load())
}

func TestAFailureOfTheSourceIsThatOfAllWhoWaitedAndOfNoneAfterThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken, failed := errors.New("the vault is sealed"), make(chan struct{})
		tokens := &authTokens{before: func(_ context.Context, n int) error {
			if n == 1 {
				<-failed
				return broken
			}
			return nil
		}}
		service := &authService{}
		client := authClient(t, service, tokens.option(), taskrouter.WithRetry(taskrouter.RetryPolicy{RepeatUnsafe: true}))
		results := authAtOnce(10, func() error { return authGet(t.Context(), client) })
		synctest.Wait()
		start := time.Now()
		close(failed)
		for range 10 {
			err := <-results
			assertAbout(t, nil, err)
			assert.ErrorIs(t, err, broken)
			assert.EqualError(t, err, "taskrouter: getTask: GET /v1/Workspaces/WS1/Tasks/WT1: authenticate: the vault is sealed")
		}
		assert.Zero(t, time.Since(start), "a wait for another attempt")
		assert.EqualValues(t, 1, tokens.asked.Load())
		assert.Empty(t, service.sent())

		assert.NoError(t, authGet(t.Context(), client))
		assert.Equal(t, []string{"Bearer t2"}, service.sent())
	})
}

func TestNothingIsSentIfTheSourceFails(t *testing.T) {
	broken := errors.New("the vault is sealed")
	tokens := &authTokens{before: func(context.Context, int) error { return broken }}
	service := &authService{}
	methods := methodsOf(authClient(t, service, tokens.option()))
	for i, m := range methods {
		_, err := m.call(t.Context(), m.arguments())
		assert.ErrorIs(t, err, broken, m.name)
		assert.EqualValues(t, i+1, tokens.asked.Load(), m.name)
	}
	assert.Empty(t, service.sent())
}

// A fetch is for all: it goes on without the caller who began it.
func TestWhoFetchesAndGivesUpDoesNotFailTheOthers(t *testing.T) {
	cause := errors.New("shutting down")
	tests := map[string]struct {
		context func(context.Context) (context.Context, context.CancelFunc)
		want    error
	}{
		"canceled": {context.WithCancel, context.Canceled},
		"canceled for a cause": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancelCause(ctx)
			return ctx, func() { cancel(cause) }
		}, cause},
		"too late": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Minute)
		}, context.DeadlineExceeded},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fetched := make(chan struct{})
				tokens := &authTokens{before: func(ctx context.Context, _ int) error {
					<-fetched
					return context.Cause(ctx)
				}}
				service := &authService{}
				client := authClient(t, service, tokens.option())
				ctx, cancel := test.context(t.Context())
				defer cancel()
				fetching := authAtOnce(1, func() error { return authGet(ctx, client) })
				synctest.Wait()
				waiting := authAtOnce(9, func() error { return authGet(t.Context(), client) })
				synctest.Wait()
				if test.want == context.DeadlineExceeded { //nolint:errorlint // it is no error yet
					<-ctx.Done()
				}
				cancel()
				err := <-fetching
				assert.ErrorIs(t, err, test.want)
				assert.ErrorIs(t, err, ctx.Err())
				close(fetched)
				for range 9 {
					assert.NoError(t, <-waiting)
				}
				assert.EqualValues(t, 1, tokens.asked.Load())
				assert.Equal(t, slices.Repeat([]string{"Bearer t1"}, 9), service.sent())
			})
		})
	}
}

func TestCallsWithLessTimeThanAFetchTakesHaveATokenInTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tokens := &authTokens{before: func(context.Context, int) error {
			<-time.After(150 * time.Millisecond)
			return nil
		}}
		client := authClient(t, &authService{}, tokens.option())
		get := func() error {
			_, err := client.Tasks("WS1").Get(t.Context(), "WT1", taskrouter.WithTimeout(100*time.Millisecond))
			return err
		}
		assert.ErrorIs(t, get(), context.DeadlineExceeded)
		assert.NoError(t, get())
		assert.EqualValues(t, 1, tokens.asked.Load())
	})
}

func TestASourceThatHangsIsGivenUpAfterTwoMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tokens := &authTokens{before: func(ctx context.Context, n int) error {
			if n == 1 {
				<-ctx.Done()
			}
			return ctx.Err()
		}}
		client, start := authClient(t, &authService{}, tokens.option()), time.Now()
		assert.ErrorIs(t, authGet(t.Context(), client), context.DeadlineExceeded)
		assert.Equal(t, 2*time.Minute, time.Since(start))
		assert.NoError(t, authGet(t.Context(), client))
	})
}

// In its last minute a token still does.
func TestATokenThatCannotBeRenewedIsUsedToItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken, asked := errors.New("the vault is sealed"), 0
		service := &authService{}
		client := authClient(t, service, taskrouter.WithTokenSource(func(context.Context) (string, time.Time, error) {
			asked++
			if asked > 1 {
				return "", time.Time{}, broken
			}
			return "t1", time.Now().Add(10 * time.Minute), nil
		}))
		start := time.Now()
		for time.Since(start) < 10*time.Minute-time.Second {
			require.NoError(t, authGet(t.Context(), client))
			<-time.After(time.Second)
		}
		assert.Equal(t, 1+12, asked, "once every five seconds of the last minute")
		<-time.After(time.Second)
		assert.ErrorIs(t, authGet(t.Context(), client), broken)
		for _, header := range service.sent() {
			require.Equal(t, "Bearer t1", header)
		}
	})
}

// A call does not wait long for the new token while the old one will do.
func TestATokenWhoseRenewalHangsIsUsedMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		service := &authService{}
		client := authClient(t, service, taskrouter.WithTokenSource(func(ctx context.Context) (string, time.Time, error) {
			if asked++; asked > 1 {
				<-ctx.Done()
				return "", time.Time{}, ctx.Err()
			}
			return "t1", time.Now().Add(time.Hour), nil
		}))
		require.NoError(t, authGet(t.Context(), client))
		<-time.After(59*time.Minute + time.Second)
		start := time.Now()
		require.NoError(t, authGet(t.Context(), client))
		assert.Equal(t, 2*time.Second, time.Since(start))
		assert.Equal(t, []string{"Bearer t1", "Bearer t1"}, service.sent())
		<-time.After(3 * time.Minute) // of the bubble, until the source has been given up
	})
}

func TestACallThatHasEndedAsksForNoToken(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	tokens := &authTokens{}
	assert.ErrorIs(t, authGet(ctx, authClient(t, &authService{}, tokens.option())), context.Canceled)
	assert.Zero(t, tokens.asked.Load())
}

func TestWhoWaitsForATokenAndGivesUpEndsAloneAndAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tokens := &authTokens{before: func(context.Context, int) error {
			<-time.After(time.Minute)
			return nil
		}}
		service := &authService{}
		client := authClient(t, service, tokens.option())
		start := time.Now()
		fetching := authAtOnce(1, func() error { return authGet(t.Context(), client) })
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		givingUp := authAtOnce(1, func() error { return authGet(ctx, client) })
		waiting := authAtOnce(8, func() error { return authGet(t.Context(), client) })
		time.AfterFunc(time.Second, cancel)

		_, err := client.Tasks("WS1").Get(t.Context(), "WT1", taskrouter.WithTimeout(500*time.Millisecond))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 500*time.Millisecond, time.Since(start))
		err = <-givingUp
		assert.ErrorIs(t, err, context.Canceled)
		assertAbout(t, nil, err)
		assert.ErrorContains(t, err, "taskrouter: getTask: GET /v1/Workspaces/WS1/Tasks/WT1: authenticate: ")
		assert.Equal(t, time.Second, time.Since(start))

		assert.NoError(t, <-fetching)
		for range 8 {
			assert.NoError(t, <-waiting)
		}
		assert.Equal(t, time.Minute, time.Since(start))
		assert.EqualValues(t, 1, tokens.asked.Load())
		assert.Len(t, service.sent(), 9)
	})
}

func TestASourceThatDoesNotReturnBlocksNobodyElse(t *testing.T) {
	for name, test := range map[string]struct {
		end  func()
		text string
	}{
		"it panics":             {func() { panic("a bug") }, "panicked: a bug"},
		"it ends the goroutine": {runtime.Goexit, "did not return"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				failed := make(chan struct{})
				tokens := &authTokens{before: func(_ context.Context, n int) error {
					if n == 1 {
						<-failed
						test.end()
					}
					return nil
				}}
				client := authClient(t, &authService{}, tokens.option())
				waiting := authAtOnce(10, func() error { return authGet(t.Context(), client) })
				synctest.Wait()
				close(failed)
				for range 10 {
					assert.ErrorContains(t, <-waiting, "the token source "+test.text)
				}
				assert.NoError(t, authGet(t.Context(), client))
				assert.EqualValues(t, 2, tokens.asked.Load())
			})
		})
	}
}

func TestATokenIsRenewedAMinuteBeforeItExpiresOrHalfway(t *testing.T) {
	for name, test := range map[string]struct{ life, renewed time.Duration }{
		"an hour":                   {time.Hour, 59 * time.Minute},
		"a little over two minutes": {2*time.Minute + 2, time.Minute + 2},
		"two minutes":               {2 * time.Minute, time.Minute},
		"a little less":             {2*time.Minute - 2, time.Minute - 1},
		"ten seconds":               {10 * time.Second, 5 * time.Second},
		"the least that has a half": {2, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tokens, service := &authTokens{life: test.life}, &authService{}
				client := authClient(t, service, tokens.option())
				require.NoError(t, authGet(t.Context(), client))
				<-time.After(test.renewed - 1)
				require.NoError(t, authGet(t.Context(), client))
				<-time.After(1)
				results := authAtOnce(3, func() error { return authGet(t.Context(), client) })
				for range 3 {
					require.NoError(t, <-results)
				}
				assert.Equal(t, []string{"Bearer t1", "Bearer t1", "Bearer t2", "Bearer t2", "Bearer t2"}, service.sent())
				assert.EqualValues(t, 2, tokens.asked.Load())
			})
		})
	}
}

func TestATokenOfWhichNoEndIsKnownIsKeptForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tokens, service := &authTokens{}, &authService{}
		client := authClient(t, service, tokens.option())
		for range 3 {
			require.NoError(t, authGet(t.Context(), client))
			<-time.After(10 * 365 * 24 * time.Hour)
		}
		assert.Equal(t, slices.Repeat([]string{"Bearer t1"}, 3), service.sent())
	})
}

// Clocks differ, and the service is the one to judge.
func TestATokenThatHasExpiredServesTheCallAndIsNotKept(t *testing.T) {
	for name, life := range map[string]time.Duration{"just now": -1, "long ago": -1 << 63, "at the moment it could be used": 1} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tokens, service := &authTokens{life: life}, &authService{}
				client := authClient(t, service, tokens.option())
				for range 3 {
					require.NoError(t, authGet(t.Context(), client))
					<-time.After(1)
				}
				assert.Equal(t, []string{"Bearer t1", "Bearer t2", "Bearer t3"}, service.sent())
			})
		})
	}
}

func TestACallThatIsNotAuthorizedIsSentOnceMoreWithANewToken(t *testing.T) {
	for i, m := range methodsOf(nil) {
		t.Run(m.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tokens := &authTokens{}
				service := &authService{refuses: func(authorization string) bool { return authorization == "Bearer t1" }}
				method := methodsOf(authClient(t, service, tokens.option(), authOnce()))[i]
				var response taskrouter.Response
				start := time.Now()
				_, err := method.call(t.Context(), method.arguments(), taskrouter.WithResponseInto(&response))
				require.NoError(t, err)
				assert.Zero(t, time.Since(start))
				assert.Equal(t, []string{"Bearer t1", "Bearer t2"}, service.sent())
				assert.Equal(t, service.bodies[0], service.bodies[1])
				assert.Equal(t, 2, response.Attempts)
			})
		})
	}
}

// Over a wire, whose requests announce how long they are.
func TestAPostThatIsNotAuthorizedIsSentOnceMoreAsItWas(t *testing.T) {
	service := newFakeService(t, inTurn(answer(401, ""), answer(201, `{"sid":"WT1"}`)))
	client, err := taskrouter.NewClient(taskrouter.WithBaseURL(service.URL), (&authTokens{}).option(), authOnce())
	require.NoError(t, err)
	task, err := client.Tasks("WS1").Create(t.Context(), taskrouter.CreateTaskRequest{Attributes: `{"é":"&"}`},
		taskrouter.WithParam("New", "1"), taskrouter.WithHeader("X-Trace", "2"))
	require.NoError(t, err)
	assert.Equal(t, "WT1", task.SID)
	requests := service.seen()
	require.Len(t, requests, 2)
	for i, request := range requests {
		assert.Equal(t, "POST "+tasksPath, request.Method+" "+request.Path)
		assert.Equal(t, map[string][]string{"Attributes": {`{"é":"&"}`}, "New": {"1"}}, map[string][]string(request.Form))
		assert.Equal(t, "2", request.Header.Get("X-Trace"))
		assert.Equal(t, []string{fmt.Sprintf("Bearer t%d", i+1)}, request.Header["Authorization"])
	}
}

// A new token is no retry, and there is one for a call.
func TestANewTokenIsNoRetry(t *testing.T) {
	tests := map[string]struct {
		statuses []int
		attempts int // that the policy allows
		about    error
		sent     []string
	}{
		"before a failure that is repeated":    {[]int{401, 503, 200}, 2, nil, []string{"t1", "t2", "t2"}},
		"before more of them than are allowed": {[]int{401, 503, 503}, 2, taskrouter.ErrServer, []string{"t1", "t2", "t2"}},
		"after one":                            {[]int{503, 401, 200}, 2, nil, []string{"t1", "t1", "t2"}},
		"after the last that is repeated":      {[]int{503, 401, 503}, 2, taskrouter.ErrServer, []string{"t1", "t1", "t2"}},
		"twice in a row":                       {[]int{401, 401}, 4, taskrouter.ErrUnauthorized, []string{"t1", "t2"}},
		"twice, with a failure between them":   {[]int{401, 503, 401}, 4, taskrouter.ErrUnauthorized, []string{"t1", "t2", "t2"}},
		"before a refusal of another kind":     {[]int{401, 403}, 4, taskrouter.ErrForbidden, []string{"t1", "t2"}},
		"none for a refusal of another kind":   {[]int{403}, 4, taskrouter.ErrForbidden, []string{"t1"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var answers []http.HandlerFunc
				for _, status := range test.statuses {
					answers = append(answers, answer(status, suitsAll))
				}
				answers = append(answers, answer(200, suitsAll))
				respond := inMemory(inTurn(answers...))
				var sent []string
				client := authClient(t, transport(func(r *http.Request) (*http.Response, error) {
					sent = append(sent, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
					return respond(r)
				}), (&authTokens{}).option(), taskrouter.WithRetry(taskrouter.RetryPolicy{MaxAttempts: test.attempts}))
				err := authGet(t.Context(), client)
				assert.Equal(t, test.sent, sent)
				if test.about == nil {
					assert.NoError(t, err)
					return
				}
				assertAbout(t, test.about, err)
				failure := answerError(t, err)
				assert.Equal(t, "getTask", failure.Operation)
				assert.Equal(t, len(test.sent), failure.Attempts)
			})
		})
	}
}

// One request for a token is enough for a call: without it, a service that refuses
// all of them would be asked for two by each.
func TestACallAsksForOneNewTokenAtMost(t *testing.T) {
	service := &authService{refuses: func(authorization string) bool { return authorization != "Bearer t3" }}
	client := authClient(t, service, (&authTokens{}).option())
	assertAbout(t, taskrouter.ErrUnauthorized, authGet(t.Context(), client))
	assert.NoError(t, authGet(t.Context(), client))
	assert.NoError(t, authGet(t.Context(), client))
	assert.Equal(t, []string{"Bearer t1", "Bearer t2", "Bearer t2", "Bearer t3", "Bearer t3"}, service.sent())
}

func TestANewTokenThatCannotBeFetchedIsTheFailureOfTheCall(t *testing.T) {
	broken := errors.New("the vault is sealed")
	service := &authService{refuses: func(string) bool { return true }}
	client := authClient(t, service, (&authTokens{before: func(_ context.Context, n int) error {
		if n == 2 {
			return broken
		}
		return nil
	}}).option())
	err := authGet(t.Context(), client)
	assert.ErrorIs(t, err, broken)
	assert.ErrorContains(t, err, "2 attempts: authenticate: the vault is sealed")
	assert.Equal(t, []string{"Bearer t1"}, service.sent())
}

func TestCallsThatAreRefusedAtTheSameTimeShareOneNewToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused := make(chan struct{})
		tokens := &authTokens{}
		service := &authService{refuses: func(authorization string) bool {
			if authorization != "Bearer t1" {
				return false
			}
			<-refused
			return true
		}}
		client := authClient(t, service, tokens.option(), authOnce())
		results := authAtOnce(50, func() error { return authGet(t.Context(), client) })
		synctest.Wait()
		close(refused)
		for range 50 {
			assert.NoError(t, <-results)
		}
		assert.EqualValues(t, 2, tokens.asked.Load())
		assert.Equal(t, append(slices.Repeat([]string{"Bearer t1"}, 50), slices.Repeat([]string{"Bearer t2"}, 50)...), service.sent())
	})
}

func TestACallWhoseTokenAnotherHasReplacedOnlySendsTheNewOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused, first := make(chan struct{}), true
		tokens := &authTokens{}
		service := &authService{}
		service.refuses = func(authorization string) bool {
			if first {
				first = false
				<-refused
			}
			return authorization == "Bearer t1"
		}
		client := authClient(t, service, tokens.option(), authOnce())
		late := authAtOnce(1, func() error { return authGet(t.Context(), client) })
		synctest.Wait()
		require.NoError(t, authGet(t.Context(), client))
		close(refused)
		require.NoError(t, <-late)
		require.NoError(t, authGet(t.Context(), client))
		assert.EqualValues(t, 2, tokens.asked.Load())
		assert.Equal(t, []string{"Bearer t1", "Bearer t1", "Bearer t2", "Bearer t2", "Bearer t2"}, service.sent())
	})
}

func TestABodyThatCannotBeReadTwiceIsSentOnce(t *testing.T) {
	service := &authService{refuses: func(string) bool { return true }}
	client := authClient(t, service, (&authTokens{}).option(), taskrouter.WithCallMiddleware(func(next http.RoundTripper) http.RoundTripper {
		return transport(func(r *http.Request) (*http.Response, error) {
			r.GetBody = nil
			return next.RoundTrip(r)
		})
	}))
	_, err := client.Tasks("WS1").Cancel(t.Context(), "WT1", "why")
	assertAbout(t, taskrouter.ErrUnauthorized, err)
	assert.Len(t, service.sent(), 1)
	assert.Contains(t, service.bodies[0], "Reason=why")
}

func TestATokenThatCannotStandInAHeaderIsRefused(t *testing.T) {
	const empty, characters = "the token is empty", "the token holds a space, a control character or one beyond ASCII"
	for name, test := range map[string]struct{ token, text string }{
		"empty":                   {"", empty},
		"a space":                 {"s3cret token", characters},
		"a line end":              {"s3cret\n", characters},
		"another header":          {"s3cret\r\nX-A:1", characters},
		"a zero byte":             {"s3cret\x00", characters},
		"a tab":                   {"\ts3cret", characters},
		"a delete character":      {"s3cret\x7f", characters},
		"a letter beyond ASCII":   {"s3cretß", characters},
		"a byte that is no UTF-8": {"s3cret\xff", characters},
		"a wide space":            {"s3cret\u00a0", characters},
	} {
		t.Run(name, func(t *testing.T) {
			asked, service := 0, &authService{}
			client := authClient(t, service, taskrouter.WithTokenSource(func(context.Context) (string, time.Time, error) {
				asked++
				return test.token, time.Time{}, nil
			}))
			err := authGet(t.Context(), client)
			assertAbout(t, nil, err)
			assert.EqualError(t, err, "taskrouter: getTask: GET /v1/Workspaces/WS1/Tasks/WT1: authenticate: "+test.text)
			assert.Equal(t, 1, asked)
			assert.Empty(t, service.sent())
			for _, verb := range []string{"%v", "%+v", "%#v", "%q", "%d"} {
				assert.NotContains(t, fmt.Sprintf(verb, err), "s3cret", verb)
			}
		})
	}
}

func TestATokenIsSentAsItIs(t *testing.T) {
	for _, token := range []string{"!", "~", "eyJ.e30.-_", "a:b", "a+/=", `"quoted",`} {
		service := &authService{}
		client := authClient(t, service, taskrouter.WithTokenSource(func(context.Context) (string, time.Time, error) { return token, time.Time{}, nil }))
		require.NoError(t, authGet(t.Context(), client))
		assert.Equal(t, []string{"Bearer " + token}, service.sent())
	}
}

func TestATokenThatComesWithAnErrorIsNotSent(t *testing.T) {
	broken, service := errors.New("half done"), &authService{}
	client := authClient(t, service, taskrouter.WithTokenSource(func(context.Context) (string, time.Time, error) { return "t1", time.Time{}, broken }))
	for range 2 {
		assert.ErrorIs(t, authGet(t.Context(), client), broken)
	}
	assert.Empty(t, service.sent())
}

func TestASourceKnowsForWhichCallItIsAsked(t *testing.T) {
	type key struct{}
	service := &authService{}
	client := authClient(t, service, taskrouter.WithTokenSource(func(ctx context.Context) (string, time.Time, error) {
		operation, ok := taskrouter.OperationOf(ctx)
		assert.True(t, ok)
		assert.Equal(t, "getTask", operation.ID)
		assert.Equal(t, "of the caller", ctx.Value(key{}))
		deadline, ok := ctx.Deadline()
		assert.True(t, ok)
		assert.WithinDuration(t, time.Now().Add(2*time.Minute), deadline, time.Minute, "others may have more time than the caller")
		return "t1", time.Time{}, nil
	}))
	_, err := client.Tasks("WS1").Get(context.WithValue(t.Context(), key{}, "of the caller"), "WT1", taskrouter.WithTimeout(time.Hour))
	require.NoError(t, err)
	assert.Len(t, service.sent(), 1)
}

func TestClientsKeepTheirOwnTokens(t *testing.T) {
	tokens, service := &authTokens{}, &authService{}
	option := tokens.option()
	for range 2 {
		client := authClient(t, service, option)
		require.NoError(t, authGet(t.Context(), client))
		require.NoError(t, authGet(t.Context(), client))
	}
	assert.Equal(t, []string{"Bearer t1", "Bearer t1", "Bearer t2", "Bearer t2"}, service.sent())
}

// authAfterRefusal is middleware that does something about a 401 itself.
func authAfterRefusal(something func(again *http.Request, next http.RoundTripper) (*http.Response, error)) taskrouter.Option {
	return taskrouter.WithAttemptMiddleware(func(next http.RoundTripper) http.RoundTripper {
		return transport(func(r *http.Request) (*http.Response, error) {
			again := r.Clone(r.Context())
			response, err := next.RoundTrip(r)
			if err != nil || response.StatusCode != http.StatusUnauthorized {
				return response, err
			}
			if again.Body, err = r.GetBody(); err != nil {
				return nil, err
			}
			return something(again, next)
		})
	})
}

// After a success, one more POST would create another task.
func TestACallThatMiddlewareSendsAgainAfterARefusalIsSettled(t *testing.T) {
	service := &authService{refuses: func(authorization string) bool { return authorization == "Bearer t1" }}
	client := authClient(t, service, (&authTokens{}).option(), authAfterRefusal(func(again *http.Request, next http.RoundTripper) (*http.Response, error) {
		return next.RoundTrip(again)
	}))
	_, err := client.Tasks("WS1").Create(t.Context(), taskrouter.CreateTaskRequest{})
	require.NoError(t, err)
	assert.Equal(t, []string{"Bearer t1", "Bearer t2"}, service.sent())
}

func TestWhoWaitsForATokenAndGivesUpForACauseIsToldIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cause, fetched := errors.New("shutting down"), make(chan struct{})
		client := authClient(t, &authService{}, (&authTokens{before: func(context.Context, int) error {
			<-fetched
			return nil
		}}).option())
		fetching := authAtOnce(1, func() error { return authGet(t.Context(), client) })
		synctest.Wait()
		ctx, cancel := context.WithCancelCause(t.Context())
		waiting := authAtOnce(1, func() error { return authGet(ctx, client) })
		synctest.Wait()
		cancel(cause)
		err := <-waiting
		assert.ErrorIs(t, err, context.Canceled)
		assert.ErrorIs(t, err, cause)
		close(fetched)
		assert.NoError(t, <-fetching)
	})
}

// It may have created the task by credentials of its own.
func TestACallThatMiddlewareAnswersAfterARefusalIsSettled(t *testing.T) {
	service := &authService{refuses: func(authorization string) bool { return authorization == "Bearer t1" }}
	client := authClient(t, service, (&authTokens{}).option(), authAfterRefusal(func(again *http.Request, _ http.RoundTripper) (*http.Response, error) {
		return inMemory(answer(http.StatusCreated, `{"sid":"WT1"}`))(again)
	}))
	_, err := client.Tasks("WS1").Create(t.Context(), taskrouter.CreateTaskRequest{})
	require.NoError(t, err)
	assert.Equal(t, []string{"Bearer t1"}, service.sent())
}

// A source may heed no context, and hang in a lock or a program that it runs.
func TestASourceThatNeverReturnsIsGivenUpAfterTwoMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		never := make(chan struct{})
		defer close(never) // the end of the bubble, which waits for all goroutines
		tokens := &authTokens{before: func(_ context.Context, n int) error {
			if n == 1 {
				<-never
			}
			return nil
		}}
		client, start := authClient(t, &authService{}, tokens.option()), time.Now()
		_, err := client.Tasks("WS1").Get(t.Context(), "WT1", taskrouter.WithTimeout(time.Hour))
		assert.Error(t, err)
		assert.Equal(t, 2*time.Minute, time.Since(start))
		_, err = client.Tasks("WS1").Get(t.Context(), "WT1", taskrouter.WithTimeout(time.Hour))
		assert.NoError(t, err)
	})
}
