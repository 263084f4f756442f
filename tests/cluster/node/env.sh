# Settings and functions that the scripts of this directory share; sourced, never run.
# shellcheck shell=bash disable=SC2034
set -euo pipefail
cluster=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
cache=${FAIRWAY_CLUSTER_CACHE:-$HOME/.cache/fairway-cluster}   # programs and their images; survives `down`
name=${FAIRWAY_CLUSTER_NAME:-fairway-cluster}                  # several clusters live side by side by this
state=${FAIRWAY_CLUSTER_STATE:-/tmp/$name}                     # everything else; `down` removes it
netns=$name
node_ip=198.18.0.1
client_ip=198.18.0.50                                          # of what `client` runs
cgroups=/sys/fs/cgroup                                         # where cgroups are made: v2, or every hierarchy of v1
if [[ ! -f $cgroups/cgroup.controllers ]]; then cgroups=$(printf '%s ' /sys/fs/cgroup/*/); fi
services=198.18.128.0/20                                       # pods: conf/10-bridge.conflist
export KUBECONFIG=$state/kubeconfig PATH=$cache/bin:$PATH
export KUBECACHEDIR=$state/kubectl HELM_CACHE_HOME=$state/helm HELM_CONFIG_HOME=$state/helm HELM_DATA_HOME=$state/helm

# running: does the process that $state/pid names still carry this cluster?
running() { [[ -s $state/pid ]] && grep -qsaF "$state" "/proc/$(<"$state/pid")/cmdline"; }

# in_node COMMAND...: run COMMAND among the cluster's daemons, in all of their namespaces.
in_node() {
  local init
  init=$(pgrep -P "$(<"$state/pid")")
  nsenter --target "$init" --mount --pid --net "$@"
}

# until_ok SECONDS COMMAND...: repeat COMMAND until it succeeds.
until_ok() {
  local end=$((SECONDS + $1)) out; shift
  until out=$("$@" 2>&1); do
    if ((SECONDS >= end)); then
      echo "timed out: $*: $out" >&2
      return 1
    fi
    sleep 0.2
  done
}
