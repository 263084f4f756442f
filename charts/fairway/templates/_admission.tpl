{{/* The certificate of the admission webhook: made here, or asked of cert-manager. */}}

{{/* Data of its Secret. Made at the first install and kept: pods and webhook configuration change at different times. */}}
{{- define "fairway.admissionCertificate" -}}
{{- $ns := include "fairway.namespace" . -}}
{{- $data := (lookup "v1" "Secret" $ns (include "fairway.admissionSecretName" .)).data | default dict -}}
{{- if and (index $data "ca.crt") (index $data "tls.crt") (index $data "tls.key") -}}
{{- toYaml (pick $data "ca.crt" "tls.crt" "tls.key") -}}
{{- else -}}
{{- $service := include "fairway.admissionServiceName" . -}}
{{- $names := list (printf "%s.%s.svc" $service $ns) (printf "%s.%s" $service $ns) $service -}}
{{- $years := 10 -}}
{{- $ca := genCA (printf "%s-ca" (include "fairway.admissionName" .)) (int (mul $years 365)) -}}
{{- $own := genSignedCert (first $names) nil $names (int (mul $years 365)) $ca -}}
{{- toYaml (dict "ca.crt" (b64enc $ca.Cert) "tls.crt" (b64enc $own.Cert) "tls.key" (b64enc $own.Key)) -}}
{{- end -}}
{{- end }}

{{/* A Certificate of cert-manager. Takes a dict: root, name, secret, values, duration, spec (the rest of it). */}}
{{- define "fairway.certManagerCertificate" -}}
apiVersion: cert-manager.io/v1
kind: Certificate
metadata:
  {{- include "fairway.metadata" (list .root .name "admission-webhook" .root.Values.controller.admissionWebhooks.labels) | nindent 2 }}
spec:
  secretName: {{ .secret }}
  duration: {{ .values.duration | default .duration }}
  {{- with .values.revisionHistoryLimit }}
  revisionHistoryLimit: {{ . }}
  {{- end }}
  {{- toYaml .spec | nindent 2 }}
{{- end }}

{{/* An issuer that signs itself, a root that it issues, an issuer of that root, and the webhook's own certificate. */}}
{{- define "fairway.admissionCertManager" -}}
{{- $manager := .Values.controller.admissionWebhooks.certManager -}}
{{- $labels := .Values.controller.admissionWebhooks.labels -}}
{{- $name := include "fairway.admissionName" . -}}
{{- $service := printf "%s.%s" (include "fairway.admissionServiceName" .) (include "fairway.namespace" .) -}}
{{- $issuer := $manager.admissionCert.issuerRef -}}
{{- if not $issuer }}
{{- $issuer = dict "name" (printf "%s-root" $name) "kind" "Issuer" }}
apiVersion: cert-manager.io/v1
kind: Issuer
metadata:
  {{- include "fairway.metadata" (list . (printf "%s-self-signed" $name) "admission-webhook" $labels) | nindent 2 }}
spec:
  selfSigned: {}
---
{{ include "fairway.certManagerCertificate" (dict "root" . "name" (printf "%s-root" $name) "secret" (printf "%s-root" $name) "values" $manager.rootCert "duration" "43800h" "spec" (dict "commonName" (printf "ca.%s" $service) "isCA" true "issuerRef" (dict "name" (printf "%s-self-signed" $name) "kind" "Issuer"))) }}
---
apiVersion: cert-manager.io/v1
kind: Issuer
metadata:
  {{- include "fairway.metadata" (list . (printf "%s-root" $name) "admission-webhook" $labels) | nindent 2 }}
spec:
  ca:
    secretName: {{ $name }}-root
---
{{- end }}
{{ include "fairway.certManagerCertificate" (dict "root" . "name" (include "fairway.admissionSecretName" .) "secret" (include "fairway.admissionSecretName" .) "values" $manager.admissionCert "duration" "8760h" "spec" (dict "dnsNames" (list (printf "%s.svc" $service) $service) "issuerRef" $issuer)) }}
{{- end }}
