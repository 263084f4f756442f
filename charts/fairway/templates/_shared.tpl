{{/* Objects that both the controller and the default backend may have. */}}

{{/* Takes a dict: root, name (also the Deployment's), component, labels, autoscaling (its values), metrics (more of them). */}}
{{- define "fairway.autoscaler" -}}
{{- $scaling := .autoscaling -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  {{- include "fairway.metadata" (list .root .name .component .labels) | nindent 2 }}
  {{- with $scaling.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ .name }}
  minReplicas: {{ $scaling.minReplicas }}
  maxReplicas: {{ $scaling.maxReplicas }}
  metrics:
    {{- range $resource, $percentage := dict "cpu" $scaling.targetCPUUtilizationPercentage "memory" $scaling.targetMemoryUtilizationPercentage }}
    {{- if $percentage }}
    - type: Resource
      resource:
        name: {{ $resource }}
        target:
          type: Utilization
          averageUtilization: {{ $percentage }}
    {{- end }}
    {{- end }}
    {{- with .metrics }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with $scaling.behavior }}
  behavior:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{/* Takes a dict: root, name, component, values (with minAvailable and so on). */}}
{{- define "fairway.disruptionBudget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "fairway.metadata" (list .root .name .component .values.labels) | nindent 2 }}
spec:
  selector:
    matchLabels:
      {{- include "fairway.selectorOf" (list .root .component) | nindent 6 }}
  {{- if not (kindIs "invalid" .values.maxUnavailable) }}
  maxUnavailable: {{ .values.maxUnavailable }}
  {{- else }}
  minAvailable: {{ .values.minAvailable }}
  {{- end }}
  {{- with .values.unhealthyPodEvictionPolicy }}
  unhealthyPodEvictionPolicy: {{ . }}
  {{- end }}
{{- end }}

{{/* Lets everybody connect to some ports of the pods, and the pods to everything. Takes a dict: root, name, component, labels, ports. */}}
{{- define "fairway.networkPolicy" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "fairway.metadata" (list .root .name .component .labels) | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "fairway.selectorOf" (list .root .component) | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    - ports:
        {{- toYaml .ports | nindent 8 }}
  egress:
    - {}
{{- end }}

{{/* spec.clusterIP and so on of a Service that is not for clients. Takes its values. */}}
{{- define "fairway.innerServiceSpec" -}}
type: {{ .type }}
{{- with include "fairway.serviceFields" . | trim }}
{{ . }}
{{- end }}
{{- end }}
