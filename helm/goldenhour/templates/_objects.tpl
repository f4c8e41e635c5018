{{/* What pods read. The migration runs before the release is there, so it has copies of its own: (list . "" nil) or
(list . "-migrate" annotations). */}}

{{- define "goldenhour.objects" -}}
{{- $root := index . 0 -}}
{{- $suffix := index . 1 -}}
{{- $annotations := index . 2 -}}
{{- $name := include "goldenhour.name" $root -}}
{{- if $root.Values.serviceAccount.create }}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "goldenhour.account" $root }}{{ $suffix }}
  labels:
    {{- include "goldenhour.labels" (list $root "") | nindent 4 }}
  {{- with merge (dict) $annotations $root.Values.serviceAccount.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end }}
{{- with $root.Values.secrets.values }}
---
apiVersion: v1
kind: Secret
metadata:
  name: {{ $name }}{{ $suffix }}
  labels:
    {{- include "goldenhour.labels" (list $root "") | nindent 4 }}
  {{- with $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
type: Opaque
stringData:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.sites.files }}
---
apiVersion: v1
kind: Secret
metadata:
  name: {{ $name }}-sites{{ $suffix }}
  labels:
    {{- include "goldenhour.labels" (list $root "") | nindent 4 }}
  {{- with $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
type: Opaque
stringData:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.config.files }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ $name }}-config{{ $suffix }}
  labels:
    {{- include "goldenhour.labels" (list $root "") | nindent 4 }}
  {{- with $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
data:
  {{- range $path, $content := . }}
  {{ include "goldenhour.key" $path }}: {{ $content | quote }}
  {{- end }}
{{- end }}
{{- end }}
