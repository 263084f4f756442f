{{/* The controller's command line, as a YAML list: made of the values, then extraArgs, of which the last counts. */}}

{{- define "fairway.publishedService" -}}
{{- $controller := .Values.controller -}}
{{- $name := include "fairway.controllerName" . -}}
{{- if $controller.publishService.pathOverride -}}
{{- $controller.publishService.pathOverride -}}
{{- else if and $controller.service.enabled $controller.service.external.enabled -}}
{{- printf "$(POD_NAMESPACE)/%s" $name -}}
{{- else if and $controller.service.enabled $controller.service.internal.enabled -}}
{{- printf "$(POD_NAMESPACE)/%s-internal" $name -}}
{{- end -}}
{{- end }}

{{- define "fairway.arguments" -}}
{{- $controller := .Values.controller -}}
{{- $full := include "fairway.fullname" . -}}
{{- $arguments := list -}}
{{- $published := include "fairway.publishedService" . -}}
{{- if and $controller.publishService.enabled $published -}}
{{- $arguments = append $arguments (printf "--publish-service=%s" $published) -}}
{{- end -}}
{{- $arguments = append $arguments (printf "--election-id=%s" (include "fairway.electionId" .)) -}}
{{- with $controller.electionTTL }}{{ $arguments = append $arguments (printf "--election-ttl=%s" .) }}{{ end -}}
{{- if $controller.disableLeaderElection }}{{ $arguments = append $arguments "--disable-leader-election=true" }}{{ end -}}
{{- $arguments = append $arguments (printf "--controller-class=%s" (include "fairway.controllerClass" .)) -}}
{{- $arguments = append $arguments (printf "--ingress-class=%s" (include "fairway.classAnnotation" .)) -}}
{{- if $controller.ingressClassByName }}{{ $arguments = append $arguments "--ingress-class-by-name=true" }}{{ end -}}
{{- if $controller.watchIngressWithoutClass }}{{ $arguments = append $arguments "--watch-ingress-without-class=true" }}{{ end -}}
{{- $arguments = append $arguments (printf "--configmap=%s/%s" (default "$(POD_NAMESPACE)" $controller.configMapNamespace) (include "fairway.controllerName" .)) -}}
{{- if .Values.tcp -}}
{{- $arguments = append $arguments (printf "--tcp-services-configmap=%s/%s-tcp" (default "$(POD_NAMESPACE)" $controller.tcp.configMapNamespace) $full) -}}
{{- end -}}
{{- if .Values.udp -}}
{{- $arguments = append $arguments (printf "--udp-services-configmap=%s/%s-udp" (default "$(POD_NAMESPACE)" $controller.udp.configMapNamespace) $full) -}}
{{- end -}}
{{- if .Values.defaultBackend.enabled -}}
{{- $arguments = append $arguments (printf "--default-backend-service=$(POD_NAMESPACE)/%s" (include "fairway.defaultBackendName" .)) -}}
{{- end -}}
{{- if $controller.scope.enabled -}}
{{- $arguments = append $arguments (printf "--watch-namespace=%s" (default "$(POD_NAMESPACE)" $controller.scope.namespace)) -}}
{{- else if $controller.scope.namespaceSelector -}}
{{- $arguments = append $arguments (printf "--watch-namespace-selector=%s" $controller.scope.namespaceSelector) -}}
{{- end -}}
{{- $arguments = append $arguments (printf "--http-port=%v" $controller.containerPort.http) -}}
{{- $arguments = append $arguments (printf "--https-port=%v" $controller.containerPort.https) -}}
{{- if ne $controller.healthCheckPath "/healthz" }}{{ $arguments = append $arguments (printf "--health-check-path=%s" $controller.healthCheckPath) }}{{ end -}}
{{- with $controller.healthCheckHost }}{{ $arguments = append $arguments (printf "--healthz-host=%s" .) }}{{ end -}}
{{- if not (hasKey ($controller.extraArgs | default dict) "shutdown-grace-period") -}}
{{- $arguments = append $arguments (printf "--shutdown-grace-period=%v" $controller.shutdownGracePeriodSeconds) -}}
{{- end -}}
{{- if $controller.admissionWebhooks.enabled -}}
{{- $arguments = append $arguments (printf "--validating-webhook=:%v" $controller.admissionWebhooks.port) -}}
{{- $arguments = append $arguments (printf "--validating-webhook-certificate=%s" $controller.admissionWebhooks.certificate) -}}
{{- $arguments = append $arguments (printf "--validating-webhook-key=%s" $controller.admissionWebhooks.key) -}}
{{- end -}}
{{- if $controller.enableTopologyAwareRouting }}{{ $arguments = append $arguments "--enable-topology-aware-routing=true" }}{{ end -}}
{{- if $controller.reportNodeInternalIp }}{{ $arguments = append $arguments "--report-node-internal-ip-address=true" }}{{ end -}}
{{- if not $controller.enableAnnotationValidations }}{{ $arguments = append $arguments "--enable-annotation-validation=false" }}{{ end -}}
{{- with $controller.maxmindLicenseKey }}{{ $arguments = append $arguments (printf "--maxmind-license-key=%s" .) }}{{ end -}}
{{- range $name, $value := $controller.extraArgs -}}
{{- if kindIs "invalid" $value -}}
{{- $arguments = append $arguments (printf "--%s" $name) -}}
{{- else if and (kindIs "string" $value) (eq $value "") -}}
{{- $arguments = append $arguments (printf "--%s" $name) -}}
{{- else -}}
{{- $arguments = append $arguments (printf "--%s=%v" $name $value) -}}
{{- end -}}
{{- end -}}
{{- toYaml $arguments -}}
{{- end }}
