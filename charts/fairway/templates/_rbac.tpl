{{/* The rules of the controller's roles. */}}

{{/* What is followed, in all namespaces or in one, and what is written about it. */}}
{{- define "fairway.followRules" -}}
- apiGroups: [networking.k8s.io]
  resources: [ingresses]
  verbs: [list, watch]
- apiGroups: [networking.k8s.io]
  resources: [ingresses/status]
  verbs: [patch]
- apiGroups: [""]
  resources: [services, secrets, configmaps]
  verbs: [list, watch]
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [list, watch]
- apiGroups: [""]
  resources: [events]
  verbs: [create, patch]
{{- end }}

{{/* Who leads writes the status. Without a Service whose addresses it could give, it gives those of the nodes that the
     controller's pods run on. */}}
{{- define "fairway.reportsNodes" -}}
{{- $extra := .Values.controller.extraArgs | default dict -}}
{{- $elsewhere := or (hasKey $extra "publish-service") (hasKey $extra "publish-status-address") (and .Values.controller.publishService.enabled (include "fairway.publishedService" .)) -}}
{{- if not (or $elsewhere .Values.controller.disableLeaderElection) }}true{{ end -}}
{{- end }}

{{/* The nodes of those pods, and ours for its zone. */}}
{{- define "fairway.asksForNodes" -}}
{{- if or .Values.controller.enableTopologyAwareRouting (eq (include "fairway.reportsNodes" .) "true") }}true{{ end -}}
{{- end }}

{{/* Which node we are on, and whether there is another pod that keeps the status when this one ends. */}}
{{- define "fairway.asksForPods" -}}
{{- if or (not .Values.controller.disableLeaderElection) .Values.controller.enableTopologyAwareRouting }}true{{ end -}}
{{- end }}

{{- define "fairway.leaseRules" -}}
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  resourceNames: [{{ include "fairway.electionId" . }}]
  verbs: [get, update]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [create]
{{- end }}

{{/* Adds a ConfigMap to those that may be read. Takes a list: dict of namespace to names, namespace, name. */}}
{{- define "fairway.addConfigMap" -}}
{{- $maps := index . 0 -}}
{{- $_ := set $maps (index . 1) (append (index $maps (index . 1) | default list) (index . 2)) -}}
{{- end }}

{{/* A dict: namespace to the rules of a Role in it. */}}
{{- define "fairway.namespaceRules" -}}
{{- $ns := include "fairway.namespace" . -}}
{{- $full := include "fairway.fullname" . -}}
{{- $controller := .Values.controller -}}
{{- $rules := dict -}}
{{- if $controller.scope.enabled -}}
{{- /* ConfigMaps of our own are followed wherever they are; in the one namespace that is served all of them may be. */ -}}
{{- $scope := include "fairway.scopeNamespace" . -}}
{{- $maps := dict -}}
{{- include "fairway.addConfigMap" (list $maps (default $ns $controller.configMapNamespace) (include "fairway.controllerName" .)) -}}
{{- if .Values.tcp }}{{ include "fairway.addConfigMap" (list $maps (default $ns $controller.tcp.configMapNamespace) (printf "%s-tcp" $full)) }}{{ end -}}
{{- if .Values.udp }}{{ include "fairway.addConfigMap" (list $maps (default $ns $controller.udp.configMapNamespace) (printf "%s-udp" $full)) }}{{ end -}}
{{- if $controller.proxySetHeaders }}{{ include "fairway.addConfigMap" (list $maps $ns (printf "%s-custom-proxy-headers" $full)) }}{{ end -}}
{{- if $controller.addHeaders }}{{ include "fairway.addConfigMap" (list $maps $ns (printf "%s-custom-add-headers" $full)) }}{{ end -}}
{{- range $namespace, $names := omit $maps $scope -}}
{{- $_ := set $rules $namespace (list (dict "apiGroups" (list "") "resources" (list "configmaps") "resourceNames" $names "verbs" (list "list" "watch"))) -}}
{{- end -}}
{{- end -}}
{{- $own := index $rules $ns | default list -}}
{{- if not $controller.disableLeaderElection }}{{ $own = concat $own (include "fairway.leaseRules" . | fromYamlArray) }}{{ end -}}
{{- if include "fairway.asksForPods" . -}}
{{- $own = append $own (dict "apiGroups" (list "") "resources" (list "pods") "verbs" (list "list" "watch")) -}}
{{- end -}}
{{- if $own }}{{ $_ := set $rules $ns $own }}{{ end -}}
{{- if $controller.scope.enabled -}}
{{- $scope := include "fairway.scopeNamespace" . -}}
{{- /* Whether the namespace is there: asked once. */ -}}
{{- $there := dict "apiGroups" (list "") "resources" (list "namespaces") "resourceNames" (list $scope) "verbs" (list "get") -}}
{{- $_ := set $rules $scope (concat (index $rules $scope | default list) (include "fairway.followRules" . | fromYamlArray) (list $there)) -}}
{{- /* The Service whose addresses the status gives is followed wherever it is. */ -}}
{{- $published := include "fairway.publishedService" . | replace "$(POD_NAMESPACE)" $ns -}}
{{- if and $controller.publishService.enabled $published -}}
{{- $parts := splitList "/" $published -}}
{{- if ne (first $parts) $scope -}}
{{- $rule := dict "apiGroups" (list "") "resources" (list "services") "resourceNames" (list (last $parts)) "verbs" (list "list" "watch") -}}
{{- $_ := set $rules (first $parts) (append (index $rules (first $parts) | default list) $rule) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toYaml $rules -}}
{{- end }}
