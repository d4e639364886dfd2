#!/bin/sh
# packages.sh [build] [tests]: installs what this machine lacks of Debian 12's packages.
#
# Without arguments both lists. Says what it installs and nothing when nothing is missing.
# Without rights to install it prints the exact command and exits 2. Services that come
# with a package (dovecot, postfix, nsd, clamav) are neither started nor left enabled: the tests run
# private copies of their own.
set -eu

build_packages="
build-essential cmake ninja-build pkg-config git ca-certificates tzdata
libglib2.0-dev libjson-glib-dev libgmime-3.0-dev libicu-dev libcurl4-openssl-dev libssl-dev
libsqlite3-dev libarchive-dev libxml2-dev libmagic-dev libseccomp-dev libcmocka-dev
libunbound-dev dns-root-data libmupdf-dev libfreetype-dev libharfbuzz-dev libjbig2dec0-dev libjpeg-dev
libopenjp2-7-dev libmujs-dev libgumbo-dev zlib1g-dev
"
test_packages="
dovecot-imapd dovecot-lmtpd postfix nsd clamav-daemon openssl faketime python3 procps strace
libopendkim-dev clang llvm libclang-rt-14-dev clang-format universal-ctags
"

[ $# -gt 0 ] || set -- build tests
wanted=""
for list in "$@"; do
    case "$list" in
    build) wanted="$wanted $build_packages" ;;
    tests) wanted="$wanted $test_packages" ;;
    *)
        echo "usage: packages.sh [build] [tests]" >&2
        exit 2
        ;;
    esac
done

missing=""
for package in $wanted; do
    state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

command="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    echo "These Debian packages are missing, and there are no rights to install them." >&2
    echo "Please run as root:" >&2
    echo "    apt-get update && $command" >&2
    exit 2
fi

echo "Installing:$missing"
log=$(mktemp)
policy=/usr/sbin/policy-rc.d
made_policy=""
clean_up()
{
    rm -f "$log"
    [ -z "$made_policy" ] || $as_root rm -f "$policy"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# invoke-rc.d asks this file whether a service may be started: while we install, none may.
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod 755 "$policy"
    made_policy=yes
fi
case " $missing " in
*" postfix "*)
    # The system's own Postfix stays without a role; asked now, it would stop the installation.
    echo "postfix postfix/main_mailer_type select No configuration" |
        $as_root debconf-set-selections
    ;;
esac

quietly()
{
    if ! $as_root env DEBIAN_FRONTEND=noninteractive "$@" >"$log" 2>&1; then
        cat "$log" >&2
        echo "packages.sh: failed: $*" >&2
        exit 3
    fi
}
quietly apt-get update
# shellcheck disable=SC2086 # a list of words
quietly $command

if [ -d /run/systemd/system ]; then
    for service in dovecot postfix nsd; do
        case " $missing " in
        *" $service"*) $as_root systemctl disable --quiet "$service" || true ;;
        esac
    done
    case " $missing " in
    *" clamav-daemon "*) # its database is fetched by another service; the tests have one of their own
        for unit in clamav-daemon.service clamav-daemon.socket clamav-freshclam.service; do
            $as_root systemctl disable --quiet "$unit" || true
        done
        ;;
    esac
fi
