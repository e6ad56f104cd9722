#!/usr/bin/env python3
"""The peer of test/bench/dedupe: Splink on DuckDB finds the duplicates in the same file.

usage: peer_splink.py FILE.csv [joint]

Prints the time of each step and precision and recall over pairs.  The settings are Splink's stock comparisons, one
a column, with frequency adjustments where its manual advises them; "joint" makes one comparison of domain and
company instead, as evidence of one kind counts once.  Columns are cleaned first, which is not counted: lower case
without accents, the last nine digits of numbers, companies without legal form, domains without "www.".
"""
import logging
import resource
import sys
import time

import duckdb
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

CORES = 2
THRESHOLD = 0.9
LEGAL_FORM = r"\s(sas|sasu|sarl|sa|eurl|gmbh|ag|kg|ltd|limited|plc|llc|inc|spa|srl|bv|nv|sl)$"

CLEANED = f"""
CREATE TABLE contact AS
SELECT rec_id AS unique_id, true_id,
	nullif(lower(strip_accents(trim(first_name))), '') AS first_name,
	nullif(lower(strip_accents(trim(last_name))), '') AS last_name,
	nullif(lower(trim(email)), '') AS email,
	nullif(right(regexp_replace(phone, '[^0-9]', '', 'g'), 9), '') AS phone,
	nullif(right(regexp_replace(mobile, '[^0-9]', '', 'g'), 9), '') AS mobile,
	nullif(regexp_replace(lower(strip_accents(trim(company))), '{LEGAL_FORM}', ''), '') AS company,
	nullif(regexp_replace(lower(trim(domain)), '^www\\.', ''), '') AS domain,
	nullif(lower(strip_accents(trim(job_title))), '') AS job_title,
	nullif(lower(strip_accents(trim(city))), '') AS city,
	nullif(trim(postcode), '') AS postcode,
	nullif(lower(trim(linkedin)), '') AS linkedin
FROM read_csv(?, header = true, all_varchar = true)
"""

QUALITY = """
WITH member AS (SELECT cluster_id, c.true_id FROM {clusters} k JOIN contact c ON c.unique_id = k.unique_id),
	found AS (SELECT sum(n * (n - 1) / 2) AS pairs FROM (SELECT count(*) AS n FROM member GROUP BY cluster_id)),
	true_pair AS (SELECT sum(n * (n - 1) / 2) AS pairs FROM (SELECT count(*) AS n FROM member GROUP BY true_id)),
	both_of AS (SELECT sum(n * (n - 1) / 2) AS pairs FROM (SELECT count(*) AS n FROM member GROUP BY cluster_id, true_id))
SELECT b.pairs / f.pairs, b.pairs / t.pairs FROM found f, true_pair t, both_of b
"""


def organisation(joint):
    if not joint:
        return [cl.ExactMatch("company").configure(term_frequency_adjustments=True),
                cl.ExactMatch("domain").configure(term_frequency_adjustments=True),
                cl.ExactMatch("phone").configure(term_frequency_adjustments=True)]
    nothing = "(domain_l IS NULL OR domain_r IS NULL) AND (company_l IS NULL OR company_r IS NULL) AND (phone_l IS NULL OR phone_r IS NULL)"
    return [cl.CustomComparison(output_column_name="organisation", comparison_levels=[
        cll.CustomLevel(nothing, label_for_charts="nothing known").configure(is_null_level=True),
        cll.CustomLevel("domain_l = domain_r OR company_l = company_r", label_for_charts="the same"),
        cll.CustomLevel("phone_l = phone_r", label_for_charts="one number"),
        cll.ElseLevel()])]


def settings(joint):
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.NameComparison("first_name").configure(term_frequency_adjustments=True),
            cl.NameComparison("last_name").configure(term_frequency_adjustments=True),
            cl.EmailComparison("email"),
            cl.ExactMatch("mobile"),
            cl.ExactMatch("linkedin"),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            cl.ExactMatch("job_title").configure(term_frequency_adjustments=True),
        ] + organisation(joint),
        blocking_rules_to_generate_predictions=[
            block_on("email"), block_on("mobile"), block_on("linkedin"), block_on("first_name", "last_name"),
            block_on("last_name", "domain"), block_on("last_name", "company"), block_on("first_name", "domain"),
            block_on("last_name", "phone"), block_on("first_name", "phone"),
        ],
        retain_intermediate_calculation_columns=False,
        retain_matching_columns=False,
    )


def main():
    joint = sys.argv[2:] == ["joint"]
    logging.disable(logging.WARNING)
    connection = duckdb.connect()
    connection.execute(f"SET threads = {CORES}")
    connection.execute("SET enable_progress_bar = false")
    connection.execute(CLEANED, [sys.argv[1]])
    api = DuckDBAPI(connection)
    started = last = time.monotonic()

    def step(name):
        nonlocal last
        now = time.monotonic()
        print(f"splink: {name} took {1000 * (now - last):.0f} ms", flush=True)
        last = now

    linker = Linker(api.register("contact"), settings(joint))
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on("email"), block_on("mobile"), block_on("linkedin")], recall=0.7)
    training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    training.estimate_parameters_using_expectation_maximisation(block_on("email"))
    training.estimate_parameters_using_expectation_maximisation(block_on("first_name", "last_name"))
    step("training")
    predictions = linker.inference.predict(threshold_match_probability=THRESHOLD)
    step("scoring")
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predictions, threshold_match_probability=THRESHOLD)
    step("clustering")
    precision, recall = connection.execute(QUALITY.format(clusters=clusters.physical_name)).fetchone()
    print(f"splink{' with a joint comparison' if joint else ''}: {last - started:.1f} s, precision {precision:.4f}, recall {recall:.4f}, "
          f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
