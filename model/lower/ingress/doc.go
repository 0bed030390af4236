// Package ingress lowers Ingress, IngressClass and the Route of OpenShift to
// model.Route and model.Class.
//
// An Error says that the API server would refuse the object, or that it cannot
// be read: it is then not to be used. Which controller serves an Ingress, and
// what becomes of two for one host, depends on the whole input and is not
// decided here.
package ingress
