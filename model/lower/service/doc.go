// Package service lowers what gives pods a name within the cluster: Service,
// EndpointSlice and Endpoints.
//
// The objects are many and mostly irrelevant to reachability, so each is decoded
// into a slim struct, as in package workload. An Error says that the API server
// would refuse the object, or that it cannot be read: it is then not to be used.
// What becomes of the others is for package load to decide. No policy depends
// on a Service (SVC-1), so an unusable one must not keep anyone from asking
// about pods.
package service
