{{/* The controller's pod: the same for Deployment and DaemonSet. */}}

{{- define "fairway.lowestPort" -}}
{{- min (int .Values.controller.containerPort.http) (int .Values.controller.containerPort.https) -}}
{{- end }}

{{/* Without the host's network the pod has a kernel setting of its own that lets everybody bind every port. */}}
{{- define "fairway.podSecurityContext" -}}
{{- $context := deepCopy (.Values.controller.podSecurityContext | default dict) -}}
{{- $sysctls := deepCopy (.Values.controller.sysctls | default dict) -}}
{{- $ports := "net.ipv4.ip_unprivileged_port_start" -}}
{{- if and (not .Values.controller.hostNetwork) (lt (int (include "fairway.lowestPort" .)) 1024) (not (hasKey $sysctls $ports)) -}}
{{- $_ := set $sysctls $ports "0" -}}
{{- end -}}
{{- $list := $context.sysctls | default list -}}
{{- $given := list -}}
{{- range $list }}{{ $given = append $given .name }}{{ end -}}
{{- range $name, $value := $sysctls -}}
{{- if not (has $name $given) }}{{ $list = append $list (dict "name" $name "value" ($value | toString)) }}{{ end -}}
{{- end -}}
{{- if $list }}{{ $_ := set $context "sysctls" $list }}{{ end -}}
{{- if $context }}{{ toYaml $context }}{{ end -}}
{{- end }}

{{- define "fairway.containerSecurityContext" -}}
{{- $controller := .Values.controller -}}
{{- if $controller.containerSecurityContext -}}
{{- toYaml $controller.containerSecurityContext -}}
{{- else -}}
{{- $image := $controller.image -}}
runAsNonRoot: {{ $image.runAsNonRoot }}
runAsUser: {{ $image.runAsUser }}
runAsGroup: {{ $image.runAsGroup }}
allowPrivilegeEscalation: {{ $image.allowPrivilegeEscalation }}
{{- with $image.seccompProfile }}
seccompProfile:
  {{- toYaml . | nindent 2 }}
{{- end }}
capabilities:
  drop: [ALL]
  add: [NET_BIND_SERVICE]
readOnlyRootFilesystem: {{ $image.readOnlyRootFilesystem }}
{{- end -}}
{{- end }}

{{- define "fairway.containerPorts" -}}
{{- $controller := .Values.controller -}}
{{- $host := or $controller.hostPort.enabled $controller.hostNetwork -}}
{{- $prefix := ternary (printf "%s-" .Values.portNamePrefix) "" (ne (.Values.portNamePrefix | default "") "") -}}
{{- range $name, $port := $controller.containerPort }}
- name: {{ $name }}
  containerPort: {{ $port }}
  protocol: TCP
  {{- if $controller.hostNetwork }}
  hostPort: {{ $port }}
  {{- else if $controller.hostPort.enabled }}
  hostPort: {{ index $controller.hostPort.ports $name | default $port }}
  {{- end }}
{{- end }}
{{- if $controller.metrics.enabled }}
- name: {{ $controller.metrics.portName }}
  containerPort: {{ $controller.metrics.port }}
  protocol: TCP
{{- end }}
{{- if $controller.admissionWebhooks.enabled }}
- name: webhook
  containerPort: {{ $controller.admissionWebhooks.port }}
  protocol: TCP
{{- end }}
{{- range $port, $_ := .Values.tcp }}
- name: {{ $prefix }}{{ $port }}-tcp
  containerPort: {{ $port }}
  protocol: TCP
  {{- if $host }}
  hostPort: {{ $port }}
  {{- end }}
{{- end }}
{{- range $port, $_ := .Values.udp }}
- name: {{ $prefix }}{{ $port }}-udp
  containerPort: {{ $port }}
  protocol: UDP
  {{- if $host }}
  hostPort: {{ $port }}
  {{- end }}
{{- end }}
{{- end }}

{{- define "fairway.controllerContainer" -}}
{{- $controller := .Values.controller -}}
name: {{ $controller.containerName }}
image: {{ include "fairway.controllerImage" . | quote }}
imagePullPolicy: {{ $controller.image.pullPolicy }}
command: [/usr/bin/fairway, controller]
args:
  {{- include "fairway.arguments" . | nindent 2 }}
env:
  - name: POD_NAME
    valueFrom:
      fieldRef:
        fieldPath: metadata.name
  - name: POD_NAMESPACE
    valueFrom:
      fieldRef:
        fieldPath: metadata.namespace
  {{- with $controller.extraEnvs }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
securityContext:
  {{- include "fairway.containerSecurityContext" . | nindent 2 }}
ports:
  {{- include "fairway.containerPorts" . | trim | nindent 2 }}
{{- with $controller.startupProbe }}
startupProbe:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $controller.livenessProbe }}
livenessProbe:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $controller.readinessProbe }}
readinessProbe:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $controller.lifecycle }}
lifecycle:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $controller.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $controller.resizePolicy }}
resizePolicy:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumeMounts:
  - name: tmp
    mountPath: /tmp
  {{- if $controller.admissionWebhooks.enabled }}
  - name: webhook-cert
    mountPath: {{ dir $controller.admissionWebhooks.certificate }}
    readOnly: true
  {{- end }}
  {{- with $controller.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{- define "fairway.podVolumes" -}}
{{- $webhook := .Values.controller.admissionWebhooks -}}
- name: tmp
  emptyDir: {}
{{- if $webhook.enabled }}
- name: webhook-cert
  secret:
    secretName: {{ include "fairway.admissionSecretName" . }}
    items:
      - key: tls.crt
        path: {{ base $webhook.certificate }}
      - key: tls.key
        path: {{ base $webhook.key }}
{{- end }}
{{- with .Values.controller.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Takes a list: root, the values of the controller or of the default backend. */}}
{{- define "fairway.podPlacement" -}}
{{- $root := first . -}}
{{- $values := last . -}}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity:
  {{- tpl (toYaml .) $root | nindent 2 }}
{{- end }}
{{- with $values.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- tpl (toYaml .) $root | nindent 2 }}
{{- end }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $values.runtimeClassName }}
runtimeClassName: {{ . }}
{{- end }}
{{- end }}

{{- define "fairway.podNetwork" -}}
{{- $controller := .Values.controller -}}
dnsPolicy: {{ $controller.dnsPolicy }}
{{- with $controller.dnsConfig }}
dnsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $controller.hostAliases }}
hostAliases:
  {{- tpl (toYaml .) $ | nindent 2 }}
{{- end }}
{{- with $controller.hostname }}
hostname: {{ toYaml . }}
{{- end }}
{{- if $controller.hostNetwork }}
hostNetwork: true
{{- end }}
{{- end }}

{{- define "fairway.podTemplate" -}}
{{- $controller := .Values.controller -}}
metadata:
  labels:
    {{- include "fairway.labels" (list . "controller" (merge (dict) ($controller.podLabels | default dict) ($controller.labels | default dict))) | nindent 4 }}
  {{- with $controller.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "fairway.serviceAccountName" . }}
  automountServiceAccountToken: {{ .Values.serviceAccount.automountServiceAccountToken }}
  terminationGracePeriodSeconds: {{ $controller.terminationGracePeriodSeconds }}
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with include "fairway.podSecurityContext" . }}
  securityContext:
    {{- . | nindent 4 }}
  {{- end }}
  {{- if $controller.shareProcessNamespace }}
  shareProcessNamespace: true
  {{- end }}
  {{- include "fairway.podNetwork" . | nindent 2 }}
  {{- with include "fairway.podPlacement" (list . $controller) | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- with $controller.extraInitContainers }}
  initContainers:
    {{- tpl (toYaml .) $ | nindent 4 }}
  {{- end }}
  containers:
    - {{- include "fairway.controllerContainer" . | nindent 6 }}
    {{- with $controller.extraContainers }}
    {{- tpl (toYaml .) $ | nindent 4 }}
    {{- end }}
  volumes:
    {{- include "fairway.podVolumes" . | nindent 4 }}
{{- end }}
