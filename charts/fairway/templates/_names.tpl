{{/* Names, labels and classes: what every other template asks for. */}}

{{- define "fairway.takesOver" -}}
{{- if eq (.Values.takeOver | default "") "ingress-nginx" }}true{{ end -}}
{{- end }}

{{/* With takeOver the name that ingress-nginx's chart has: Deployment selectors and Service names stay as they are. */}}
{{- define "fairway.name" -}}
{{- $own := ternary "ingress-nginx" .Chart.Name (eq (include "fairway.takesOver" .) "true") -}}
{{- default $own .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{- define "fairway.fullname" -}}
{{- $name := include "fairway.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{- define "fairway.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{- define "fairway.controllerName" -}}
{{- printf "%s-%s" (include "fairway.fullname" .) .Values.controller.name | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{- define "fairway.defaultBackendName" -}}
{{- printf "%s-%s" (include "fairway.fullname" .) .Values.defaultBackend.name | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{- define "fairway.admissionName" -}}
{{- printf "%s-%s" (include "fairway.fullname" .) .Values.controller.admissionWebhooks.name | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{- define "fairway.admissionServiceName" -}}
{{- printf "%s-admission" (include "fairway.controllerName" .) | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{/* Not the name that ingress-nginx's job gives its Secret: Helm would not take over an object that it did not make. */}}
{{- define "fairway.admissionSecretName" -}}
{{- printf "%s-tls" (include "fairway.admissionName" .) -}}
{{- end }}

{{- define "fairway.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "fairway.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end }}

{{- define "fairway.defaultBackendServiceAccountName" -}}
{{- $account := .Values.defaultBackend.serviceAccount -}}
{{- if $account.create -}}
{{- default (printf "%s-backend" (include "fairway.fullname" .)) $account.name -}}
{{- else -}}
{{- default "default" $account.name -}}
{{- end -}}
{{- end }}

{{- define "fairway.electionId" -}}
{{- default (printf "%s-leader" (include "fairway.fullname" .)) .Values.controller.electionID -}}
{{- end }}

{{- define "fairway.className" -}}
{{- default (ternary "nginx" "fairway" (eq (include "fairway.takesOver" .) "true")) .Values.controller.ingressClassResource.name -}}
{{- end }}

{{- define "fairway.classAnnotation" -}}
{{- default (ternary "nginx" "fairway" (eq (include "fairway.takesOver" .) "true")) .Values.controller.ingressClass -}}
{{- end }}

{{- define "fairway.controllerClass" -}}
{{- $own := ternary "k8s.io/ingress-nginx" "fairway.dev/ingress-controller" (eq (include "fairway.takesOver" .) "true") -}}
{{- default $own .Values.controller.ingressClassResource.controllerValue -}}
{{- end }}

{{/* The namespace that controller.scope limits the controller to. */}}
{{- define "fairway.scopeNamespace" -}}
{{- default (include "fairway.namespace" .) .Values.controller.scope.namespace -}}
{{- end }}

{{- define "fairway.selectorLabels" -}}
app.kubernetes.io/name: {{ include "fairway.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "fairway.controllerSelector" -}}
{{ include "fairway.selectorOf" (list . "controller") }}
{{- end }}

{{- define "fairway.defaultBackendSelector" -}}
{{ include "fairway.selectorOf" (list . "default-backend") }}
{{- end }}

{{/* Takes a list: root, component. */}}
{{- define "fairway.selectorOf" -}}
{{ include "fairway.selectorLabels" (first .) }}
app.kubernetes.io/component: {{ last . }}
{{- end }}

{{/* Labels of an object. Takes a list: root, component, more labels. */}}
{{- define "fairway.labels" -}}
{{- $root := index . 0 -}}
{{- $labels := include "fairway.selectorLabels" $root | fromYaml -}}
{{- $_ := set $labels "helm.sh/chart" (printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-") -}}
{{- $_ := set $labels "app.kubernetes.io/part-of" (include "fairway.name" $root) -}}
{{- $_ := set $labels "app.kubernetes.io/version" ($root.Chart.AppVersion | toString) -}}
{{- $_ := set $labels "app.kubernetes.io/managed-by" $root.Release.Service -}}
{{- $_ := set $labels "app.kubernetes.io/component" (index . 1) -}}
{{- toYaml (mergeOverwrite $labels (deepCopy ($root.Values.commonLabels | default dict)) (deepCopy (index . 2 | default dict))) -}}
{{- end }}

{{/* The beginning of every object's metadata. Takes a list: root, name, component, more labels. */}}
{{- define "fairway.metadata" -}}
{{- $root := index . 0 -}}
name: {{ index . 1 }}
namespace: {{ include "fairway.namespace" $root }}
labels:
  {{- include "fairway.labels" (list $root (index . 2) (index . 3)) | nindent 2 }}
{{- end }}
