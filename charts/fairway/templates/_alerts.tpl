{{/* The alerts of a PrometheusRule that is given none. */}}
{{- define "fairway.alerts" -}}
{{- $own := printf "controller_class=%q" (include "fairway.controllerClass" .) -}}
- alert: FairwayConfigurationRefused
  expr: min by (controller_pod) (nginx_ingress_controller_config_last_reload_successful{ {{- $own -}} }) == 0
  for: 5m
  labels:
    severity: warning
  annotations:
    summary: {{ `'{{ $labels.controller_pod }} cannot read a part of its configuration'` }}
    description: The last good version of that part is served. The log, and the Events of the Ingress, name it.
- alert: FairwayCertificateExpires
  expr: min by (host) (nginx_ingress_controller_ssl_expire_time_seconds{ {{- $own }}, host!="_"}) - time() < 7 * 86400
  for: 1h
  labels:
    severity: warning
  annotations:
    summary: {{ `'The certificate of {{ $labels.host }} expires within a week'` }}
    description: Its Secret has not been renewed.
- alert: FairwayServerErrors
  expr: >-
    sum by (namespace, ingress) (rate(nginx_ingress_controller_requests{ {{- $own }}, status=~"5.."}[5m]))
    / sum by (namespace, ingress) (rate(nginx_ingress_controller_requests{ {{- $own -}} }[5m])) > 0.05
  for: 5m
  labels:
    severity: warning
  annotations:
    summary: {{ `'More than 5 % of the requests of {{ $labels.namespace }}/{{ $labels.ingress }} fail'` }}
    description: They are answered with 5xx, by the application or because none of its pods can be reached.
{{- end }}
