package ingress

import (
	"github.com/go-json-experiment/json/jsontext"

	"netreach/model"
	"netreach/model/lower/parts"
	"netreach/model/lower/strict"
)

type classObject struct {
	Metadata struct {
		Annotations map[string]string `json:"annotations"`
		UID         jsontext.Value    `json:"uid"`
	} `json:"metadata"`
	Spec struct {
		Controller string `json:"controller"`
	} `json:"spec"`
}

var classSchema = strict.SchemaOf(classObject{})

// defaultAnnotation marks the class of Ingresses that name none (ING-2).
const defaultAnnotation = "ingressclass.kubernetes.io/is-default-class"

// ReadClass reads an IngressClass.
func ReadClass(text []byte, o model.Origin, searched bool) (model.Class, []model.Diagnostic) {
	var obj classObject
	r := parts.Report{Origin: o}
	r.Diagnostics = classSchema.Slim(text, &obj, o, func() bool { return searched || obj.Metadata.UID != nil })
	return model.Class{
		Name: o.Name, Controller: obj.Spec.Controller, Origin: o,
		Default: obj.Metadata.Annotations[defaultAnnotation] == "true",
	}, r.Diagnostics
}
