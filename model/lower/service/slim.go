package service

import "reflect"

// Slim returns the type that objects of a kind are decoded into, or nil if it
// is not one of the kinds of this package, as workload.Slim does.
func Slim(kind string) reflect.Type {
	switch kind {
	case "Service":
		return reflect.TypeFor[serviceObject]()
	case "EndpointSlice":
		return reflect.TypeFor[sliceObject]()
	case "Endpoints":
		return reflect.TypeFor[endpointsObject]()
	}
	return nil
}
