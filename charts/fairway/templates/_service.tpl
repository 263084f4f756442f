{{/* The Services that clients come through. */}}

{{/* Fields of a Service's spec that are written as they are given, when they are given. Takes those values. */}}
{{- define "fairway.serviceFields" -}}
{{- $given := . -}}
{{- range $field := list "clusterIP" "loadBalancerIP" "loadBalancerClass" "externalTrafficPolicy" "sessionAffinity" "trafficDistribution" "ipFamilyPolicy" }}
{{- with index $given $field }}
{{ $field }}: {{ . }}
{{- end }}
{{- end }}
{{- range $field := list "clusterIPs" "externalIPs" "loadBalancerSourceRanges" "ipFamilies" }}
{{- with index $given $field }}
{{ $field }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- if kindIs "bool" $given.allocateLoadBalancerNodePorts }}
allocateLoadBalancerNodePorts: {{ $given.allocateLoadBalancerNodePorts }}
{{- end }}
{{- with $given.healthCheckNodePort }}
healthCheckNodePort: {{ . }}
{{- end }}
{{- end }}

{{/* The ports of one of the two Services. Takes a dict: root, service (its values), type. */}}
{{- define "fairway.servicePorts" -}}
{{- $service := .service -}}
{{- $shared := .root.Values.controller.service -}}
{{- $prefix := ternary (printf "%s-" .root.Values.portNamePrefix) "" (ne (.root.Values.portNamePrefix | default "") "") -}}
{{- $nodePorts := or (eq .type "NodePort") (eq .type "LoadBalancer") -}}
{{- $enabled := dict "http" $shared.enableHttp "https" $shared.enableHttps -}}
{{- range $name := list "http" "https" }}
{{- if index $enabled $name }}
- name: {{ $name }}
  port: {{ index $service.ports $name | default (index $shared.ports $name) }}
  protocol: TCP
  targetPort: {{ index $service.targetPorts $name | default (index $shared.targetPorts $name) }}
  {{- if $service.appProtocol }}
  appProtocol: {{ $name }}
  {{- end }}
  {{- if and $nodePorts (index $service.nodePorts $name) }}
  nodePort: {{ index $service.nodePorts $name }}
  {{- end }}
{{- end }}
{{- end }}
{{- range $protocol := list "tcp" "udp" }}
{{- $given := index $service.nodePorts $protocol | default dict }}
{{- range $port, $_ := index $.root.Values $protocol }}
- name: {{ $prefix }}{{ $port }}-{{ $protocol }}
  port: {{ $port }}
  protocol: {{ upper $protocol }}
  targetPort: {{ $prefix }}{{ $port }}-{{ $protocol }}
  {{- if and $nodePorts (index $given ($port | toString)) }}
  nodePort: {{ index $given ($port | toString) }}
  {{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Takes a dict: root, service (its values), name, labels. */}}
{{- define "fairway.controllerService" -}}
{{- $type := .service.type | default .root.Values.controller.service.type -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "fairway.metadata" (list .root .name "controller" .labels) | nindent 2 }}
  {{- with .service.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  type: {{ $type }}
  {{- with include "fairway.serviceFields" .service | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  selector:
    {{- include "fairway.controllerSelector" .root | nindent 4 }}
  ports:
    {{- include "fairway.servicePorts" (dict "root" .root "service" .service "type" $type) | trim | nindent 4 }}
{{- end }}
