{{/* Names and labels. */}}

{{- define "goldenhour.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" }}
{{- end -}}
{{- end }}

{{- define "goldenhour.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Of everything; with a component of what belongs to one: (list . "api"). */}}
{{- define "goldenhour.labels" -}}
{{- $root := index . 0 -}}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version }}
{{ include "goldenhour.selector" $root }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
{{- with index . 1 }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end }}

{{- define "goldenhour.image" -}}
{{- $image := .Values.image -}}
{{- if $image.digest -}}
{{ $image.repository }}@{{ $image.digest }}
{{- else -}}
{{ $image.repository }}:{{ $image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end }}

{{/* What a hook that runs before everything else has copies of, under names of its own. */}}
{{- define "goldenhour.secret" -}}
{{- .Values.secrets.existing | default (include "goldenhour.name" .) -}}
{{- end }}

{{- define "goldenhour.sites" -}}
{{- .Values.sites.existing | default (printf "%s-sites" (include "goldenhour.name" .)) -}}
{{- end }}

{{- define "goldenhour.account" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "goldenhour.name" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end }}

{{/* A key of a ConfigMap for a path. */}}
{{- define "goldenhour.key" -}}
{{ . | replace "/" "__" }}
{{- end }}
