{{/* One line for each value that was set and does not do here what it does in ingress-nginx's chart. */}}
{{- define "fairway.notices" -}}
{{- $controller := .Values.controller -}}
{{- $webhook := $controller.admissionWebhooks -}}
{{- if include "fairway.namesOtherImage" . }}
- controller.image: names ingress-nginx's image; {{ include "fairway.controllerImage" . }} is run instead
{{- end }}
{{- if $controller.image.chroot }}
- controller.image.chroot: there is no second process to lock in
{{- end }}
{{- if or $controller.customTemplate.configMapName $controller.customTemplate.configMapKey }}
- controller.customTemplate: there is no template
{{- end }}
{{- if $controller.extraModules }}
- controller.extraModules: nginx's modules cannot be loaded
{{- end }}
{{- if and $controller.service.enabled $controller.service.internal.enabled (not $controller.service.internal.annotations) }}
- controller.service.internal: made only when it has annotations, as they make it internal
{{- end }}
{{- if or $webhook.patch $webhook.createSecretJob $webhook.patchWebhookJob $webhook.extraEnvs }}
- controller.admissionWebhooks.patch, createSecretJob, patchWebhookJob, extraEnvs: no job is needed; the chart makes the certificate
{{- end }}
{{- end }}
