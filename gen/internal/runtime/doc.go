// Package runtime is what the generated code calls at run time. It stands in
// for github.com/oapi-codegen/runtime (v1.8.0), which loses data without an
// error in the cases below; the import template of the generator points here
// instead. What the real runtime does right is still done by it.
//
//	case                         real runtime                     this package
//	form: time                   not sent                         2006-01-02T15:04:05Z, in UTC
//	form: slice                  Key[0]=a&Key[1]=b                Key=a&Key=b
//	form: float                  1e+21                            1000000000000000000000
//	form: map                    M=map[p:q]                       error
//	form: nested struct          Nested[k]=v                      error
//	form: interface              what it holds, as above          error
//	form: NaN, infinity          NaN, +Inf                        error
//	form: embedded struct        [Key]=v                          Key=v
//	form: unexported field       not sent                         error
//	form: additional properties  not sent                         error
//	form: omitempty,omitzero     sent when empty                  not sent
//	path: .. and .               climbs to another resource       error
//	path: empty                  addresses the collection         error
//	path: / \ ? # and control    sent                             error
//	header: CR, LF, NUL          handed on                        error
//	query: time                  nanoseconds, caller's zone       2006-01-02T15:04:05Z, in UTC
//	query: empty slice           Key=                             not sent
//	query: NaN, infinity         NaN, +Inf                        error
//	read bool: yes, YES          error                            true, as the service does
//	read bool: no, 2             error                            false, as the service does
//	read query array: a,b        one element                      two elements
//	read query array: empty      one empty element                not given
//	read query time: empty       the year 1                       error
//	read query time: repeated    the first one                    error
//	read time: bare date         error in path and header         midnight UTC
//
// It exports what our template of the client and the generator's of the std-http
// server call, the error of a path that is refused, and [BindForm], and nothing
// else: code that is generated from anything new (a cookie parameter, say) does
// not compile until somebody has thought about it here. What the functions for
// the client do not write, such as other styles of a parameter and encodings of
// a form, the template refuses.
//
// Recheck it on every upgrade of the generator or of the real runtime: compare
// the calls in the templates, and read the tests named TestRealRuntimeStill…,
// which fail when a fault above has been mended.
package runtime
