{{/* Which image to run. */}}

{{/* REGISTRY/IMAGE:TAG@DIGEST. Takes a dict: global, image. */}}
{{- define "fairway.imageReference" -}}
{{- $image := .image -}}
{{- $registry := default (dig "image" "registry" "" (.global | default dict)) $image.registry -}}
{{- $name := $image.repository | default (ternary (printf "%s/%s" $registry $image.image) ($image.image | toString) (ne ($registry | default "") "")) -}}
{{- $name }}{{ with $image.tag }}:{{ . }}{{ end }}{{ with $image.digest }}@{{ . }}{{ end -}}
{{- end }}

{{/* Values of an ingress-nginx user may name that controller's image, which has none of our program in it. */}}
{{- define "fairway.namesOtherImage" -}}
{{- $image := .Values.controller.image -}}
{{- if regexMatch "(^|/)(ingress-nginx/controller|nginx-ingress-controller)(-chroot)?$" ($image.repository | default $image.image | toString) }}true{{ end -}}
{{- end }}

{{- define "fairway.controllerImage" -}}
{{- $image := deepCopy .Values.controller.image -}}
{{- if eq (include "fairway.namesOtherImage" .) "true" -}}
{{- $image = dict "image" "fairway" "registry" $image.registry -}}
{{- end -}}
{{- if not $image.tag }}{{ $_ := set $image "tag" .Chart.AppVersion }}{{ end -}}
{{- include "fairway.imageReference" (dict "global" .Values.global "image" $image) -}}
{{- end }}
