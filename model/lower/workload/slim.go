package workload

import "reflect"

// Slim returns the type that objects of a kind are decoded into, or nil if it
// is not one of the kinds of this package. Its fields are all that counts of an
// object beside its apiVersion, its kind, and what identifies it: who reads a
// large input may leave out the rest.
func Slim(kind string) reflect.Type {
	switch kind {
	case "Pod":
		return reflect.TypeFor[podObject]()
	case "Namespace":
		return reflect.TypeFor[namespaceObject]()
	case "Node":
		return reflect.TypeFor[nodeObject]()
	}
	if obj := newObject(kind); obj != nil {
		return reflect.TypeOf(obj).Elem()
	}
	return nil
}
