{{/* What every pod has in common. Each takes (list . "component") or (list . "component" "-suffix of copies"). */}}

{{- define "goldenhour.podMetadata" -}}
{{- $root := index . 0 -}}
labels:
  {{- include "goldenhour.labels" . | nindent 2 }}
annotations:
  checksum/config: {{ $root.Values.config.files | toJson | sha256sum }}
  checksum/sites: {{ list $root.Values.sites.files $root.Values.sites.revision | toJson | sha256sum }}
  checksum/secrets: {{ list $root.Values.secrets.values $root.Values.secrets.revision | toJson | sha256sum }}
{{- end }}

{{- define "goldenhour.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "goldenhour.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "goldenhour.podSpec" -}}
{{- $root := index . 0 -}}
{{- $suffix := index (append . "") 2 -}}
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
serviceAccountName: {{ include "goldenhour.account" $root }}{{ if $root.Values.serviceAccount.create }}{{ $suffix }}{{ end }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- include "goldenhour.podSecurity" $root | nindent 2 }}
volumes:
  - name: tmp
    emptyDir: {medium: Memory, sizeLimit: 64Mi}
  - name: secrets
    secret:
      secretName: {{ include "goldenhour.secret" $root }}{{ if $root.Values.secrets.values }}{{ $suffix }}{{ end }}
      defaultMode: 0440
  - name: sites
    secret:
      secretName: {{ include "goldenhour.sites" $root }}{{ if $root.Values.sites.files }}{{ $suffix }}{{ end }}
      defaultMode: 0440
  {{- if $root.Values.config.files }}
  - name: config
    configMap:
      name: {{ include "goldenhour.name" $root }}-config{{ $suffix }}
  {{- end }}
{{- end }}

{{- define "goldenhour.container" -}}
{{- $root := index . 0 -}}
image: {{ include "goldenhour.image" $root }}
imagePullPolicy: {{ $root.Values.image.pullPolicy }}
securityContext:
  {{- include "goldenhour.containerSecurity" $root | nindent 2 }}
env:
  - {name: GOLDENHOUR_PUBLIC_URL, value: {{ required "publicUrl is required: our address as carriers see it" $root.Values.publicUrl | quote }}}
  - {name: GOLDENHOUR_SITES_DIR, value: /run/goldenhour/sites}
  {{- if has (index . 1) (list "worker" "sweeper") }}
  - {name: GOLDENHOUR_HEALTH_BIND, value: "0.0.0.0:8081"}
  {{- end }}
  {{- range $name := concat $root.Values.secrets.keys $root.Values.secrets.more | uniq }}
  - {name: {{ $name }}_FILE, value: {{ printf "/run/goldenhour/secrets/%s" $name }}}
  {{- end }}
  {{- range $name, $value := $root.Values.settings }}
  - {name: {{ $name }}, value: {{ include "goldenhour.plain" $value | quote }}}
  {{- end }}
  {{- range $name, $value := $root.Values.tracing }}
  - {name: {{ $name }}, value: {{ include "goldenhour.plain" $value | quote }}}
  {{- end }}
volumeMounts:
  - {name: tmp, mountPath: /tmp}
  - {name: secrets, mountPath: /run/goldenhour/secrets, readOnly: true}
  - {name: sites, mountPath: /run/goldenhour/sites, readOnly: true}
  {{- range $path, $_ := $root.Values.config.files }}
  - {name: config, mountPath: {{ printf "/app/config/%s" $path }}, subPath: {{ include "goldenhour.key" $path }}, readOnly: true}
  {{- end }}
{{- end }}

{{/* A number as it was written: YAML makes 100000 a float, which would be written 100000.0 or 1e+05. */}}
{{- define "goldenhour.plain" -}}
{{- if kindIs "float64" . -}}
{{- if eq (floor .) . }}{{ int64 . }}{{ else }}{{ . }}{{ end -}}
{{- else -}}
{{- . -}}
{{- end -}}
{{- end }}

{{/* How long a pod may take to end: longer than a carrier call that keeps to its limits, with time to write down what
came of it. */}}
{{- define "goldenhour.grace" -}}
{{- $timeout := .Values.settings.GOLDENHOUR_CARRIER_TIMEOUT_SECONDS | default 8 | float64 -}}
{{- add (ceil (mulf $timeout 2)) 2 12 -}}
{{- end }}

{{- define "goldenhour.placement" -}}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .priorityClass }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}

{{/* As far apart as there is room: (list . "api"). */}}
{{- define "goldenhour.spread" -}}
{{- $root := index . 0 -}}
{{- $component := index . 1 -}}
topologySpreadConstraints:
  {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "goldenhour.selector" $root | nindent 8 }}
        app.kubernetes.io/component: {{ $component }}
  {{- end }}
{{- end }}

{{/* A worker or a sweeper tells of itself at its own port. */}}
{{- define "goldenhour.loopProbes" -}}
ports:
  - {name: health, containerPort: 8081}
startupProbe:
  httpGet: {path: /healthz, port: health}
  periodSeconds: 2
  failureThreshold: 30
livenessProbe:               # 503 once its loop stands still; never for an outage of something else
  httpGet: {path: /healthz, port: health}
  periodSeconds: 15
  timeoutSeconds: 5
  failureThreshold: 3
readinessProbe:
  httpGet: {path: /readyz, port: health}
  periodSeconds: 10
  timeoutSeconds: 10
  failureThreshold: 3
{{- end }}
