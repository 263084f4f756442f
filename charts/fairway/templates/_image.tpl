{{/* Which image to run. */}}

{{/* REGISTRY/IMAGE:TAG@DIGEST. Takes a dict: global, image. */}}
{{- define "fairway.imageReference" -}}
{{- $image := .image -}}
{{- $registry := default (dig "image" "registry" "" (.global | default dict)) $image.registry -}}
{{- $name := $image.repository | default (ternary (printf "%s/%s" $registry $image.image) ($image.image | toString) (ne ($registry | default "") "")) -}}
{{- $name }}{{ with $image.tag }}:{{ . }}{{ end }}{{ with $image.digest }}@{{ . }}{{ end -}}
{{- end }}

{{/* Whether the name is ingress-nginx's. */}}
{{- define "fairway.hasOtherName" -}}
{{- $image := .Values.controller.image -}}
{{- if regexMatch "(^|/)(ingress-nginx/controller|nginx-ingress-controller)(-chroot)?$" ($image.repository | default $image.image | toString) }}true{{ end -}}
{{- end }}

{{/* What a values.yaml for ingress-nginx's chart says about the image is about that program's: its name, a version of it
     (they begin with v1.), and the digest. A mirror's registry may have ours as well; ingress-nginx's own has not. */}}
{{- define "fairway.namesOtherImage" -}}
{{- $image := .Values.controller.image -}}
{{- $version := and (not $image.repository) (regexMatch "^v1\\." ($image.tag | default "" | toString)) -}}
{{- if or $version (eq (include "fairway.hasOtherName" .) "true") }}true{{ end -}}
{{- end }}

{{- define "fairway.controllerImage" -}}
{{- $image := deepCopy .Values.controller.image -}}
{{- $global := .Values.global -}}
{{- if eq (include "fairway.namesOtherImage" .) "true" -}}
{{- $registry := default (dig "image" "registry" "" ($global | default dict)) $image.registry -}}
{{- $name := ternary "fairway" $image.image (eq (include "fairway.hasOtherName" .) "true") -}}
{{- $image = dict "image" $name "registry" (ternary "" $registry (has $registry (list "registry.k8s.io" "k8s.gcr.io"))) -}}
{{- $global = dict -}}
{{- end -}}
{{- if not $image.tag }}{{ $_ := set $image "tag" .Chart.AppVersion }}{{ end -}}
{{- include "fairway.imageReference" (dict "global" $global "image" $image) -}}
{{- end }}
