{{/* The pod of the default backend. */}}

{{- define "fairway.defaultBackendContainer" -}}
{{- $backend := .Values.defaultBackend -}}
{{- $image := deepCopy $backend.image -}}
{{- if not (or $image.registry (dig "image" "registry" "" (.Values.global | default dict))) }}{{ $_ := set $image "registry" "registry.k8s.io" }}{{ end -}}
name: {{ include "fairway.name" . }}-default-backend
image: {{ include "fairway.imageReference" (dict "global" .Values.global "image" $image) | quote }}
imagePullPolicy: {{ $image.pullPolicy }}
{{- with $backend.extraArgs }}
args:
  {{- range $name, $value := . }}
  {{- if $value }}
  - --{{ $name }}={{ $value }}
  {{- else }}
  - --{{ $name }}
  {{- end }}
  {{- end }}
{{- end }}
{{- with $backend.extraEnvs }}
env:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- with $backend.containerSecurityContext }}
  {{- toYaml . | nindent 2 }}
  {{- else }}
  runAsNonRoot: {{ $image.runAsNonRoot }}
  runAsUser: {{ $image.runAsUser }}
  runAsGroup: {{ $image.runAsGroup }}
  allowPrivilegeEscalation: {{ $image.allowPrivilegeEscalation }}
  {{- with $image.seccompProfile }}
  seccompProfile:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  capabilities:
    drop: [ALL]
  readOnlyRootFilesystem: {{ $image.readOnlyRootFilesystem }}
  {{- end }}
ports:
  - name: http
    containerPort: {{ $backend.port }}
    protocol: TCP
{{- range $probe := list "livenessProbe" "readinessProbe" }}
{{- with index $backend $probe }}
{{ $probe }}:
  {{- if not (or .exec .grpc .tcpSocket) }}
  httpGet:
    {{- toYaml (merge (dict) (.httpGet | default dict) (dict "path" "/healthz" "port" $backend.port "scheme" "HTTP")) | nindent 4 }}
  {{- end }}
  {{- toYaml (omit . "httpGet") | nindent 2 }}
{{- end }}
{{- end }}
{{- with $backend.extraVolumeMounts }}
volumeMounts:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $backend.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "fairway.defaultBackendPod" -}}
{{- $backend := .Values.defaultBackend -}}
metadata:
  labels:
    {{- include "fairway.labels" (list . "default-backend" (merge (dict) ($backend.podLabels | default dict) ($backend.labels | default dict))) | nindent 4 }}
  {{- with $backend.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "fairway.defaultBackendServiceAccountName" . }}
  automountServiceAccountToken: {{ $backend.serviceAccount.automountServiceAccountToken }}
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $backend.podSecurityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with include "fairway.podPlacement" (list . $backend) | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  containers:
    - {{- include "fairway.defaultBackendContainer" . | nindent 6 }}
  {{- with $backend.extraVolumes }}
  volumes:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
