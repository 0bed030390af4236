// Package workload lowers the objects that make up a cluster to the model:
// Pod, Node, Namespace, and the controllers that make pods, from Deployment to
// CronJob.
//
// These kinds are bulky and mostly irrelevant to reachability, so each is
// decoded into a slim struct that names only the fields that count. Fields
// outside it are skipped without a look. A wrong type in a field that counts is
// an error at that field, and every such error of an object is reported at
// once. A field whose name differs from one that counts only by case is a
// warning: the API server does not read it either.
//
// Every function here is pure. Which pod belongs to which controller, and what
// stands for a controller without pods, is for package load to decide, since
// that depends on the whole input.
package workload
