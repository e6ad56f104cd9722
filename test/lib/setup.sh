# setup.sh: what test/demo and test/check share; sourced, with set -eu in force.
#
# Installs the Debian packages that are missing, builds a copy of the checkout,
# installs it into a private copy of PostgreSQL's tree (PostgreSQL finds its files
# relative to its programs) and runs a private cluster there, reachable by a
# socket only, as an unprivileged user. All of it lies in one temporary
# directory, which goes away at the end, as does every process.

top=$(cd "$(dirname "$0")/.." && pwd)
major=15
packages="build-essential pkg-config perl postgresql-$major postgresql-server-dev-$major
	libicu-dev libpsl-dev publicsuffix libphonenumber-dev"
# what only the tests need
test_packages="libipc-run-perl"

fail() {
	echo "$(basename "$0"): $*" >&2
	exit 1
}

step() {
	echo "== $*" >&2
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null 2>&1; then
		sudo "$@"
	else
		fail "packages are missing and there is no sudo: install $missing"
	fi
}

# Debian's postgresql package creates a cluster and starts it; ours is private.
install_packages() {
	missing=
	for p in $packages; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || missing="$missing $p"
	done
	[ -n "$missing" ] || return 0
	command -v apt-get >/dev/null 2>&1 || fail "these Debian packages are needed, and there is no apt-get:$missing"
	step "installing$missing"
	conf=/etc/postgresql-common/createcluster.d/dropcontact.conf
	as_root mkdir -p "$(dirname $conf)"
	echo 'create_main_cluster = false' | as_root tee $conf >/dev/null
	status=0
	{
		as_root apt-get -qq update &&
			as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install $missing
	} >"$work/apt.log" 2>&1 </dev/null || status=$?
	as_root rm -f $conf
	as_root rmdir "$(dirname $conf)" 2>/dev/null || true
	[ $status = 0 ] || { tail -n 3 "$work/apt.log" >&2; fail "apt-get could not install:$missing"; }
}

# Runs a command as the cluster's owner: ourselves, or when root an unprivileged user.
as_owner() {
	if [ "$owner" = "$(id -un)" ]; then
		env -C "$work" "$@"
	else
		runuser -u "$owner" -- env -C "$work" HOME="$work" PATH="$PATH" "$@"
	fi
}

cleanup() {
	status=$?
	trap - EXIT INT TERM HUP
	if [ -n "${keep:-}" ] && [ $status = 0 ]; then
		exit 0
	fi
	[ -f "$work/data/postmaster.pid" ] && as_owner pg_ctl -D "$work/data" -m immediate -w stop >/dev/null 2>&1
	rm -rf "$work"
	exit $status
}

make_work() {
	work=$(mktemp -d /tmp/dropcontact.XXXXXX)
	chmod 755 "$work"
	trap cleanup EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
}

build() {
	step "building"
	prefix=$work/usr/lib/postgresql/$major
	mkdir -p "$work/usr/lib/postgresql" "$work/usr/share/postgresql"
	cp -r /usr/lib/postgresql/$major "$work/usr/lib/postgresql/"
	cp -r /usr/share/postgresql/$major "$work/usr/share/postgresql/"
	ln -s /usr/include "$work/usr/include"
	PATH=$prefix/bin:$PATH
	export PATH PG_CONFIG="$prefix/bin/pg_config"
	mkdir "$work/src"
	(cd "$top" && tar cf - --exclude=.git --exclude=build --exclude='*.o' --exclude='*.so' .) | tar xf - -C "$work/src"
	make -C "$work/src" -s -j"$(nproc)" PG_CONFIG="$PG_CONFIG" all install >"$work/build.log" 2>&1 ||
		{ grep -E 'error|Error' "$work/build.log" | head -n 20 >&2; fail "the build failed"; }
}

start_server() {
	step "starting a private server"
	owner=$(id -un)
	if [ "$(id -u)" = 0 ]; then
		owner=postgres
		chown -R $owner "$work"
	fi
	as_owner initdb -D "$work/data" -U postgres -E UTF8 --locale=C.UTF-8 --no-sync >"$work/initdb.log" 2>&1 ||
		{ tail -n 3 "$work/initdb.log" >&2; fail "initdb failed"; }
	mkdir -p "$work/socket"
	[ "$owner" = "$(id -un)" ] || chown "$owner" "$work/socket"
	as_owner pg_ctl -D "$work/data" -l "$work/server.log" -w \
		-o "-c listen_addresses= -c unix_socket_directories=$work/socket -c fsync=off -c shared_buffers=256MB" \
		start >/dev/null 2>&1 || { tail -n 5 "$work/server.log" >&2; fail "the server did not start"; }
	export PGHOST="$work/socket" PGUSER=postgres PGDATABASE=postgres
	unset PGPORT PGSERVICE PGOPTIONS
}
