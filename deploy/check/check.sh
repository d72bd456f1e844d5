#!/usr/bin/env bash
# Checks everything under deploy/ that can be checked without a cluster and without a container engine, and the runbooks.
# Ends at the first complaint.
#
#   BUILT=folder   built programs: settings are then held against the help pages of each, libraries against its images
#
# Tools come from Debian's packages and PyPI into .local/check; nothing is installed into the system but, as root,
# docker-compose where there is no `docker compose`.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=deploy/check
tools=$PWD/.local/check
# The packages that bring them.
declare -A packages=([promtool]=prometheus [amtool]=prometheus-alertmanager [kubectl]=kubernetes-client)

prepare() {
    mkdir -p "$tools"
    if ! cmp -s "$here/requirements.txt" "$tools/requirements.txt"; then
        echo "Installing checkers into .local/check"
        rm -rf "$tools/python"
        python3 -m venv "$tools/python" || { echo "Please install python3-venv" >&2; exit 1; }
        "$tools/python/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
        cp "$here/requirements.txt" "$tools/requirements.txt"
    fi
    local program package
    for program in "${!packages[@]}"; do
        [ -x "$tools/debian/usr/bin/$program" ] && continue
        package=${packages[$program]}
        echo "Unpacking $program of Debian's package $package"
        # Unpacked, not installed: the package would start a server.
        rm -rf "$tools/download"
        mkdir -p "$tools/download"
        (cd "$tools/download" && { apt-get download "$package" || { apt-get update && apt-get download "$package"; }; }) \
            >/dev/null 2>&1 || { echo "Cannot get Debian's package $package" >&2; exit 1; }
        dpkg-deb --extract "$tools/download/$package"_*.deb "$tools/debian"
        rm -rf "$tools/download"
    done
    PATH=$tools/python/bin:$tools/debian/usr/bin:$PATH
    # Written next to the checks otherwise.
    export PYTHONDONTWRITEBYTECODE=1
}

# Prints the compose command that is there; the older one reads the same files.
compose() {
    if docker compose version >/dev/null 2>&1; then
        echo docker compose
    else
        command -v docker-compose >/dev/null || {
            [ "$(id -u)" -eq 0 ] || { echo "Please install docker-compose" >&2; exit 1; }
            apt-get install -y --no-install-recommends docker-compose >/dev/null
        }
        echo docker-compose
    fi
}

prepare
programs=()
[ -z "${BUILT:-}" ] || programs=("$(realpath "$BUILT")")

mapfile -t yaml < <(find deploy -name '*.yaml' -not -path 'deploy/local/*')
yamllint --strict --config-file "$here/yamllint.yaml" "${yaml[@]}"
echo "YAML: ${#yaml[@]} files"
mapfile -t scripts < <(find deploy -name '*.sh' -not -path 'deploy/local/*')
shellcheck "${scripts[@]}"
echo "Shell: ${#scripts[@]} scripts"

hadolint deploy/docker/Dockerfile
python "$here/dockerfile.py" "${programs[@]}"

read -ra compose <<<"$(compose)"
# The file refuses to be used before prepare.sh has made an id.
KAFKA_CLUSTER_ID=check "${compose[@]}" --file deploy/compose/compose.yaml config --quiet
echo "Compose: read by $("${compose[@]}" version --short)"
python "$here/compose.py" "${programs[@]}"

python "$here/kubernetes.py" "$tools/debian/usr/bin/kubectl" "${programs[@]}"

# Prints only what is wrong.
quietly() { "$@" >"$tools/output" 2>&1 || { cat "$tools/output" >&2; exit 1; }; }
quietly promtool check rules deploy/observability/rules/*.yaml
quietly promtool test rules deploy/observability/tests/*.yaml
quietly promtool check config deploy/observability/prometheus.yaml
# Debian's promtool knows no discovery in Kubernetes: what follows it is checked with a fixed target in its place.
python "$here/without_discovery.py" deploy/observability/prometheus-kubernetes.yaml >"$tools/prometheus.yaml"
quietly promtool check config --syntax-only "$tools/prometheus.yaml"
quietly amtool check-config deploy/observability/alertmanager.yaml
echo "Prometheus: rules, their tests and configurations"
python "$here/observability.py"

# The programs are not where the units expect them. Exposure is systemd's own mark, in tenths: less is better.
if command -v systemd-analyze >/dev/null; then
    rm -rf "$tools/units"
    mkdir "$tools/units"
    for unit in deploy/systemd/*.service deploy/systemd/*.target; do
        sed 's|^ExecStart=.*|ExecStart=/bin/true|' "$unit" >"$tools/units/${unit##*/}"
    done
    quietly systemd-analyze verify --man=no "$tools"/units/*
    quietly systemd-analyze security --offline=true --threshold=20 "$tools"/units/*.service
    # The second template is the first with the name of the service put in, and a port of its own.
    of_scoring() { sed -e '/^\[Unit/,$!d' -e 's|attune-%i$|attune-scoring|' -e 's|/%i\(\.env\)\{0,1\}$|/scoring\1|' "$@"; }
    quietly diff <(of_scoring deploy/systemd/attune@.service | grep -v '^Description=') \
        <(of_scoring deploy/systemd/attune-scoring@.service |
            grep -v -e '^Description=' -e '^# Its port' -e '@%i.env' | sed 's|scoring-%i$|scoring|')
    echo "systemd: units, and their exposure"
else
    echo "systemd: not looked at, without Debian's package systemd" >&2
fi

python "$here/documents.py" "${programs[@]}"
