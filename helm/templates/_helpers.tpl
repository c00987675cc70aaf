{{- define "perennial.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" }}
{{- end }}

{{/* Short enough for the longest name that is made of it, but for those of the schedules. */}}
{{- define "perennial.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else if contains (include "perennial.name" .) .Release.Name }}
{{- .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "perennial.name" .) | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "perennial.selector" -}}
app.kubernetes.io/name: {{ include "perennial.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "perennial.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "perennial.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "perennial.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "perennial.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "perennial.image" -}}
{{- with .Values.image }}
{{- if .digest }}
{{- printf "%s@%s" .repository .digest }}
{{- else }}
{{- printf "%s:%s" .repository (default (printf "%s-%s" $.Chart.AppVersion .flavor) .tag) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "perennial.curlImage" -}}
{{- with .Values.schedules.image }}
{{- if .digest }}
{{- printf "%s@%s" .repository .digest }}
{{- else }}
{{- printf "%s:%s" .repository .tag }}
{{- end }}
{{- end }}
{{- end }}

{{- define "perennial.url" -}}
http://{{ include "perennial.fullname" . }}:{{ .Values.service.port }}
{{- end }}

{{/* The names of all settings of the service, the plain and the secret ones, one a line. */}}
{{- define "perennial.settings" -}}
{{- range $name, $value := .Values.config }}
{{ $name }}
{{- end }}
{{- range .Values.secretConfig }}
{{ .name }}
{{- end }}
{{- end }}

{{/* A value as the service reads it: a number without an exponent. */}}
{{- define "perennial.setting" -}}
{{- if and (kindIs "float64" .) (eq (floor .) .) -}}
{{- printf "%.0f" . }}
{{- else -}}
{{- toString . }}
{{- end }}
{{- end }}

{{/* Looks after which a replica that has not started is started again: a replica that migrates has the time for it, too. */}}
{{- define "perennial.startupLooks" -}}
{{- $looks := .Values.probes.startup.failureThreshold }}
{{- if eq .Values.migration.by "start" }}
{{- $period := .Values.probes.startup.periodSeconds }}
{{- $looks = add $looks (div (add .Values.migration.timeLimitSeconds (sub $period 1)) $period) }}
{{- end }}
{{- int $looks }}
{{- end }}

{{/* Where customers reach the service, if it was said or the ingress tells. */}}
{{- define "perennial.publicUrl" -}}
{{- $url := "" }}
{{- if hasKey .Values.config "PERENNIAL_OUTREACH_PUBLIC_URL" }}
{{- $url = .Values.config.PERENNIAL_OUTREACH_PUBLIC_URL }}
{{- else if .Values.ingress.enabled }}
{{- $secure := list }}
{{- range .Values.ingress.tls }}
{{- $secure = concat $secure .hosts }}
{{- end }}
{{- range .Values.ingress.hosts }}
{{- if and (not $url) (eq (default "/" .path) "/") (not (hasPrefix "*" .host)) }}
{{- $url = printf "%s://%s" (has .host $secure | ternary "https" "http") .host }}
{{- end }}
{{- end }}
{{- end }}
{{- $url }}
{{- end }}

{{/* An environment variable from a secret; takes name, secret and key. */}}
{{- define "perennial.fromSecret" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret }}
      key: {{ .key }}
{{- end }}

{{/* How the service connects. */}}
{{- define "perennial.connection" -}}
{{- with .Values.database.connection }}
{{ include "perennial.fromSecret" (dict "name" "PERENNIAL_DATABASE_URL" "secret" .secret "key" .urlKey) }}
{{ include "perennial.fromSecret" (dict "name" "PERENNIAL_DATABASE_SERVICE_USER" "secret" .secret "key" .userKey) }}
{{ include "perennial.fromSecret" (dict "name" "PERENNIAL_DATABASE_SERVICE_PASSWORD" "secret" .secret "key" .passwordKey) }}
{{- end }}
{{- end }}

{{/* How the owner of the schema connects, who migrates it. */}}
{{- define "perennial.owner" -}}
{{- with .Values.database.owner }}
{{ include "perennial.fromSecret" (dict "name" "PERENNIAL_DATABASE_USER" "secret" .secret "key" .userKey) }}
{{ include "perennial.fromSecret" (dict "name" "PERENNIAL_DATABASE_PASSWORD" "secret" .secret "key" .passwordKey) }}
{{- end }}
{{- end }}

{{- define "perennial.jvmOptions" -}}
{{- if and (eq .Values.image.flavor "jvm") .Values.jvm.options }}
- name: JAVA_TOOL_OPTIONS
  value: {{ .Values.jvm.options | quote }}
{{- end }}
{{- end }}

{{/* The restricted profile of the pod security standards, for a pod; takes user, group and fsGroup, null to leave them open. */}}
{{- define "perennial.podSecurity" -}}
runAsNonRoot: true
{{- if not (kindIs "invalid" .user) }}
runAsUser: {{ .user | int64 }}
{{- end }}
{{- if not (kindIs "invalid" .group) }}
runAsGroup: {{ .group | int64 }}
{{- end }}
{{- if not (kindIs "invalid" .fsGroup) }}
fsGroup: {{ .fsGroup | int64 }}
fsGroupChangePolicy: OnRootMismatch
{{- end }}
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{/* The same for a container. */}}
{{- define "perennial.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* What is posted to for a kind of run. */}}
{{- define "perennial.runPath" -}}
{{- $paths := dict
      "segmentation" "segmentation/organizations/%s/segment"
      "health" "health-scores/organizations/%s/score"
      "predictions" "predictions/organizations/%s/score"
      "behavior" "behavior/organizations/%s/analyze-behaviors"
      "value" "value/organizations/%s/calculate"
      "offer-decisions" "offers/organizations/%s/decide"
      "offer-training" "offers/organizations/%s/train"
      "dunning" "recovery/organizations/%s/dunning/run" }}
{{- if eq .kind "training" }}
{{- printf "/api/v1/models/organizations/%s/%s/train" .organization .model }}
{{- else if eq .kind "offer-sync" }}
{{- printf "/api/v1/offers/organizations/%s/sync-sources/%s/sync" .organization .source }}
{{- else if eq .kind "other" }}
{{- .path }}
{{- else }}
{{- printf (printf "/api/v1/%s" (get $paths .kind)) .organization }}
{{- end }}
{{- end }}
