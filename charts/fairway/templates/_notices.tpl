{{/* One line for each value that was set and does not do here what it does in ingress-nginx's chart. */}}
{{- define "fairway.notices" -}}
{{- $controller := .Values.controller -}}
{{- $webhook := $controller.admissionWebhooks -}}
{{- $service := $controller.service -}}
{{- if include "fairway.namesOtherImage" . }}
- controller.image: names ingress-nginx's image; {{ include "fairway.controllerImage" . }} is run instead
{{- end }}
{{- if or $controller.image.chroot $controller.image.digestChroot }}
- controller.image.chroot, digestChroot: there is no second process to lock in
{{- end }}
{{- if not $controller.enableMimalloc }}
- controller.enableMimalloc: Fairway comes without mimalloc
{{- end }}
{{- with $controller.customTemplate }}
{{- if or .configMapName .configMapKey }}
- controller.customTemplate: there is no template
{{- end }}
{{- end }}
{{- if $controller.extraModules }}
- controller.extraModules: nginx's modules cannot be loaded
{{- end }}
{{- if $controller.maxmindLicenseKey }}
- controller.maxmindLicenseKey: no GeoIP databases are fetched
{{- end }}
{{- if and $service.enabled $service.internal.enabled (not $service.internal.annotations) }}
- controller.service.internal: made only when it has annotations, as they make it internal
{{- end }}
{{- if and $controller.keda.enabled $controller.autoscaling.enabled }}
- controller.autoscaling: controller.keda has its place
{{- end }}
{{- range $job := list "patch" "createSecretJob" "patchWebhookJob" "extraEnvs" }}
{{- if index $webhook $job }}
- controller.admissionWebhooks.{{ $job }}: no job is needed; the chart makes the certificate
{{- end }}
{{- end }}
{{- $old := list }}
{{- range $name := list "existingPsp" "opentelemetry" "podSecurityPolicy" }}
{{- if hasKey $controller $name }}{{ $old = append $old (printf "controller.%s" $name) }}{{ end }}
{{- end }}
{{- range $name := list "existingPsp" "networkPolicyEnabled" }}
{{- if hasKey $webhook $name }}{{ $old = append $old (printf "controller.admissionWebhooks.%s" $name) }}{{ end }}
{{- end }}
{{- if hasKey .Values "podSecurityPolicy" }}{{ $old = append $old "podSecurityPolicy" }}{{ end }}
{{- range $old }}
- {{ . }}: of older charts of ingress-nginx
{{- end }}
{{- end }}
