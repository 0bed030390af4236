// Package gateway lowers the Gateway API: GatewayClass, Gateway, the routes and
// ReferenceGrant.
//
// An Error says that the API server would refuse the object, or that it cannot
// be read: it is then not to be used. Whether a route is attached to a listener,
// and whether it may name a Service of another namespace, depends on the whole
// input and is not decided here.
package gateway
