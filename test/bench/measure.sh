# measure.sh: read by the benchmarks that compare the processor time of loads, taken in turn on a machine that is not idle

# The milliseconds of processor time (user and system) that the server spends on a statement, between others that are
# not measured: cpu_ms BEFORE STATEMENT AFTER. Needs a superuser, as log_statement_stats does. Each begins with a table
# of contacts without dead rows, so that none reuses what another left.
cpu_ms() {
	psql -Xq -v ON_ERROR_STOP=1 2>&1 >/dev/null <<SQL | awk '/ERROR|FATAL/ { print > "/dev/stderr" }
		/^!\t[0-9.]+ s user,/ && !seen++ { printf "%.1f\n", ($2 + $5) * 1000 }'
SET client_min_messages = error;
$1
SET client_min_messages = log;
SET log_statement_stats = on;
$2
SET log_statement_stats = off;
SET client_min_messages = error;
$3
VACUUM FULL dropcontact.contact;
SQL
}

# compare BASE FILE: files with one figure a line, of which line n was taken in round n. Prints the medians, the median
# of the ratio FILE to BASE of each round, and between which ratios that median lies with a probability of 95 %.
compare() {
	paste "$1" "$2" | awk '
		function at(list, n, share,   k) { k = 1 + share * (n - 1); return list[int(k)] + (k - int(k)) * (list[int(k + 0.999999)] - list[int(k)]) }
		function order(list, n,   i, j, x) { for (i = 2; i <= n; i++) { x = list[i]; for (j = i - 1; j >= 1 && list[j] > x; j--) list[j + 1] = list[j]; list[j + 1] = x } }
		{ base[NR] = $1; cost[NR] = $2; ratio[NR] = $2 / $1 }
		END { order(base, NR); order(cost, NR); order(ratio, NR)
			half = 0.98 / sqrt(NR)
			low = half < 0.5 ? 0.5 - half : 0
			printf "%.0f %.0f %.3f %.3f %.3f\n", at(base, NR, 0.5), at(cost, NR, 0.5), at(ratio, NR, 0.5), at(ratio, NR, low), at(ratio, NR, 1 - low) }'
}
