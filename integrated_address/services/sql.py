"""The statements that number masses. Each stands whole; rows are never fetched."""

# 符号取得依頼 of all whom `told` names, up to a thousand in a row of the feed.
REQUEST_CODES = """INSERT INTO integrated_address_coderequest (integrated_numbers, at, correlation_id)
SELECT array_agg(addressee_id ORDER BY addressee_id), %(at)s, %(trip)s
FROM (
    SELECT addressee_id, (row_number() OVER (ORDER BY addressee_id) - 1) / 1000 AS parcel FROM told
) parcels
GROUP BY parcel ORDER BY parcel
RETURNING cardinality(integrated_numbers)
"""

# Verdicts by which a person gets a 個人番号 that is new to us, without being new themselves.
BRINGING = frozenset({"add_individual_number", "link_and_add", "change_individual_number"})

# What the request list means, row by row: who is linked, who is known, the verdict, and the number. Known
# 個人番号 → link only; unknown → number and link (0320001, 0320002). The list is copied with it: from here
# on everything is a pass over one table, and nothing is joined to the list again.
_VERDICTS = """
SELECT v.business_number, v.digest, v.verdict,
    CASE WHEN v.verdict = 'number' THEN integrated_address_next_number()
        WHEN v.verdict IN ('link', 'link_and_add') THEN v.known
        WHEN v.verdict IN ('nothing', 'add_individual_number', 'change_individual_number')
            THEN v.linked
    END AS integrated_number,
    v.verdict = 'number' AS is_first, v.linked, v.known, v.valid_from, v.birth_on, v.ciphertext,
    v.name, v.name_kana, v.kana_key, v.name_key, v.birth_text, v.sex, v.residential_address,
    v.resident_state
FROM (
    SELECT s.*, CASE
        WHEN s.by_register_wanted AND s.by_register IS NULL THEN 'resident_is_unknown'
        WHEN s.by_number <> s.by_register THEN 'number_is_anothers'
        WHEN s.linked IS NULL AND s.known IS NULL THEN 'number'
        WHEN s.linked <> s.known AND s.by_number IS NOT NULL AND NOT s.has_number
            THEN 'merge_proposed'
        WHEN s.linked <> s.known THEN 'number_is_anothers'
        WHEN s.digest IS NULL OR s.by_number IS NOT NULL THEN
            CASE WHEN s.linked IS NULL THEN 'link' ELSE 'nothing' END
        WHEN NOT s.has_number THEN
            CASE WHEN s.linked IS NULL THEN 'link_and_add' ELSE 'add_individual_number' END
        WHEN %(is_register)s THEN 'change_individual_number'
        ELSE 'individual_number_differs'
    END AS verdict
    FROM (
        SELECT n.business_number, n.digest, n.ciphertext, n.name,
            coalesce(n.name_kana, '') AS name_kana, coalesce(n.kana_key, '') AS kana_key,
            n.name_key, n.birth_on, coalesce(n.birth_text, '') AS birth_text,
            coalesce(n.sex, '0') AS sex,
            coalesce(n.residential_address, '') AS residential_address,
            coalesce(n.resident_state, '') AS resident_state,
            coalesce(n.valid_from, %(day)s) AS valid_from,
            b.addressee_id AS linked,
            coalesce(i1.addressee_id, i2.addressee_id) AS by_number,
            {by_register} AS by_register, {wanted} AS by_register_wanted,
            coalesce(i1.addressee_id, i2.addressee_id, {by_register}) AS known,
            own.addressee_id IS NOT NULL AS has_number
        FROM {staging} n
        LEFT JOIN integrated_address_businessnumber b
            ON b.system_id = %(system)s AND b.number = n.business_number
            AND b.valid_until IS NULL AND b.superseded_at IS NULL
        LEFT JOIN integrated_address_individualnumber i1
            ON i1.digest = n.digest AND i1.valid_until IS NULL AND i1.superseded_at IS NULL
        LEFT JOIN integrated_address_individualnumber i2
            ON i2.second_digest = n.digest AND i2.valid_until IS NULL AND i2.superseded_at IS NULL
        {join}
        LEFT JOIN integrated_address_individualnumber own
            ON own.addressee_id = coalesce(b.addressee_id, {by_register})
            AND own.valid_until IS NULL AND own.superseded_at IS NULL
    ) s
) v
"""
_JOIN_REGISTER = """JOIN integrated_address_businessnumber r
        ON r.system_id = %(register)s AND r.number = n.resident_number
        AND r.valid_until IS NULL AND r.superseded_at IS NULL
"""


def verdicts(*, by_resident_number: bool) -> str:
    """
    Return the question what a list means; the register is asked only where the list names residents.
    """
    if by_resident_number:
        return _VERDICTS.format(
            staging="{staging}",
            by_register="r.addressee_id",
            wanted="n.resident_number IS NOT NULL",
            join=f"LEFT {_JOIN_REGISTER}",
        )
    return _VERDICTS.format(
        staging="{staging}", by_register="NULL::varchar", wanted="false", join=""
    )


def _kept_as(name: str, question: str) -> str:
    """Return the statement that keeps the answer to a question while masses are numbered."""
    return f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS{question}"


def judge(*, by_resident_number: bool) -> str:
    """Return the statement that judges a list."""
    return _kept_as("integrated_judged", verdicts(by_resident_number=by_resident_number))


# Whom a list is about, before it is judged: what is known of them must not change meanwhile.
_LOCK_THE_KNOWN = """
SELECT FROM integrated_address_integratedaddressee
WHERE integrated_number IN (
    SELECT r.addressee_id FROM {staging} n JOIN integrated_address_businessnumber r
        ON r.system_id = %(system)s AND r.number = n.business_number
        AND r.valid_until IS NULL AND r.superseded_at IS NULL
    UNION ALL
    SELECT i.addressee_id FROM {staging} n JOIN integrated_address_individualnumber i
        ON i.digest = n.digest AND i.valid_until IS NULL AND i.superseded_at IS NULL
    UNION ALL
    SELECT i.addressee_id FROM {staging} n JOIN integrated_address_individualnumber i
        ON i.second_digest = n.digest AND i.valid_until IS NULL AND i.superseded_at IS NULL
    {register})
ORDER BY integrated_number FOR NO KEY UPDATE
"""


def lock_the_known(*, by_resident_number: bool) -> str:
    """Return the statement that locks the people whom a list names by numbers that are known."""
    register = f"UNION ALL SELECT r.addressee_id FROM {{staging}} n {_JOIN_REGISTER}"
    return _LOCK_THE_KNOWN.format(
        staging="{staging}", register=register if by_resident_number else ""
    )


# Two rows with one 個人番号 are one person: numbered once, linked twice. What was drawn for the second
# row is nobody's.
ONE_NUMBER_FOR_ONE_PERSON = """
UPDATE integrated_judged j SET integrated_number = f.integrated_number, is_first = false
FROM (
    SELECT DISTINCT ON (digest) digest, business_number, integrated_number
    FROM integrated_judged
    WHERE verdict = 'number' AND digest IN (
        SELECT digest FROM integrated_judged WHERE verdict = 'number' AND digest IS NOT NULL
        GROUP BY digest HAVING count(*) > 1)
    ORDER BY digest, business_number
) f
WHERE j.digest = f.digest AND j.verdict = 'number' AND j.business_number <> f.business_number
"""

ADD_ADDRESSEES = """
INSERT INTO integrated_address_integratedaddressee
    (integrated_number, state, under_support, numbered_at)
SELECT integrated_number, 'active', false, %(at)s FROM integrated_judged WHERE is_first
"""

ADD_BASIC_ITEMS = """
INSERT INTO integrated_address_basicitems
    (addressee_id, name, name_kana, kana_key, name_key, birth_on, birth_text, sex, residential_address,
     resident_state, source_id, valid_from, recorded_at)
SELECT integrated_number, name, name_kana, kana_key, name_key, birth_on, birth_text, sex,
    residential_address, resident_state, %(system)s, %(day)s, %(at)s
FROM integrated_judged WHERE is_first
"""

# One list may name one 個人番号 for two people, or two for one: nobody is right before a human looks.
TELL_CONTRADICTIONS = """
UPDATE integrated_judged j
SET verdict = 'twice_in_one_list', integrated_number = NULL, is_first = false
FROM (
    SELECT digest FROM integrated_judged
    WHERE digest IS NOT NULL AND verdict NOT IN ('number_is_anothers', 'merge_proposed', 'nothing', 'link')
    GROUP BY digest HAVING count(DISTINCT coalesce(linked, known, '')) > 1
) t
WHERE j.digest = t.digest AND j.verdict NOT IN ('number_is_anothers', 'merge_proposed', 'nothing', 'link');
UPDATE integrated_judged j
SET verdict = 'twice_in_one_list', integrated_number = NULL, is_first = false
FROM (
    SELECT coalesce(linked, known) AS person FROM integrated_judged
    WHERE verdict IN ('add_individual_number', 'link_and_add', 'change_individual_number')
    GROUP BY coalesce(linked, known) HAVING count(DISTINCT digest) > 1
) t
WHERE coalesce(j.linked, j.known) = t.person
  AND j.verdict IN ('add_individual_number', 'link_and_add', 'change_individual_number');
"""
# Of several rows that bring one person the same 個人番号, one brings it.
BRINGERS = """
SELECT DISTINCT ON (coalesce(linked, known)) business_number FROM integrated_judged
WHERE verdict IN ('add_individual_number', 'link_and_add', 'change_individual_number')
ORDER BY coalesce(linked, known), business_number
"""
WHO_BRINGS_NUMBERS = _kept_as("integrated_bringing", BRINGERS)
NOBODY_BRINGS_NUMBERS = _kept_as("integrated_bringing", f"{BRINGERS}LIMIT 0")

ADD_INDIVIDUAL_NUMBERS = """
INSERT INTO integrated_address_individualnumber
    (addressee_id, ciphertext, {column}, cause, valid_from, recorded_at)
SELECT integrated_number, ciphertext, digest,
    CASE verdict
        WHEN 'number' THEN 'numbered'
        WHEN 'change_individual_number' THEN 'on_request'
        ELSE 'arrived'
    END, %(day)s, %(at)s
FROM integrated_judged
WHERE digest IS NOT NULL AND (
    is_first OR business_number IN (SELECT business_number FROM integrated_bringing)
)
"""

# 個人番号変更: the number that was, ends; what the city knew before is kept on the other axis.
CLOSE_INDIVIDUAL_NUMBERS = """
WITH closed AS (
    UPDATE integrated_address_individualnumber i SET superseded_at = %(at)s
    FROM integrated_judged r
    WHERE r.verdict = 'change_individual_number' AND i.addressee_id = r.integrated_number
      AND i.valid_until IS NULL AND i.superseded_at IS NULL
    RETURNING i.addressee_id, i.ciphertext, i.digest, i.second_digest, i.cause, i.valid_from
)
INSERT INTO integrated_address_individualnumber
    (addressee_id, ciphertext, digest, second_digest, cause, valid_from, valid_until, recorded_at)
SELECT addressee_id, ciphertext, digest, second_digest, cause, valid_from,
    greatest(%(day)s, valid_from), %(at)s
FROM closed
"""

# Nobody has a 符号取得状況 before a 個人番号, and who is numbered now had neither.
ADD_CODE_STATUS = """
INSERT INTO integrated_address_linkagecodestatus (addressee_id, state, since, cause)
SELECT integrated_number, {state}, %(at)s::timestamptz, ''
FROM (
    SELECT integrated_number FROM integrated_judged WHERE digest IS NOT NULL AND is_first
    UNION ALL
    SELECT DISTINCT r.integrated_number FROM integrated_judged r
    WHERE r.verdict IN ('add_individual_number', 'link_and_add') AND NOT EXISTS (
        SELECT FROM integrated_address_linkagecodestatus s
        WHERE s.addressee_id = r.integrated_number)
) people
"""

# For masses: requested in the same breath, not added first and updated then.
ADD_REQUESTED_CODES = (
    "WITH told AS ("
    + ADD_CODE_STATUS.format(state="'requested'")
    + """    RETURNING addressee_id
), stepped AS (
    INSERT INTO integrated_address_linkagecodestep
        (addressee_id, state_before, state, at, cause, correlation_id)
    SELECT addressee_id, 'not_requested', 'requested', %(at)s, '', %(trip)s FROM told
)
"""
    + REQUEST_CODES
)

# 0320003: an update from the 住民記録 always sets the 統合宛名フラグ on its row, one from another
# system only if the person's 住民状態 is not 住登者. What counts is the state that is known, not the one
# that the other system tells.
WORD_COUNTS = """(%(is_register)s OR NOT EXISTS (
    SELECT FROM integrated_address_basicitems known
    WHERE known.addressee_id = r.integrated_number AND known.resident_state = '1'
      AND known.valid_until IS NULL AND known.superseded_at IS NULL
))"""
DROP_FLAGS = f"""
UPDATE integrated_address_businessnumber b SET integrated_flag = false
FROM integrated_judged r
WHERE b.addressee_id = r.integrated_number AND b.integrated_flag
  AND b.valid_until IS NULL AND b.superseded_at IS NULL
  AND r.verdict <> 'number'
  AND NOT (b.system_id = %(system)s AND b.number = r.business_number)
  AND {WORD_COUNTS}
"""

SET_FLAGS = f"""
UPDATE integrated_address_businessnumber b SET integrated_flag = true
FROM (
    SELECT DISTINCT ON (r.integrated_number) r.integrated_number, r.business_number
    FROM integrated_judged r
    WHERE r.verdict <> 'number' AND {WORD_COUNTS}
    ORDER BY r.integrated_number, r.business_number DESC
) r
WHERE b.system_id = %(system)s AND b.number = r.business_number
  AND b.addressee_id = r.integrated_number AND NOT b.integrated_flag
  AND b.valid_until IS NULL AND b.superseded_at IS NULL
"""

ADD_LINKS = """
INSERT INTO integrated_address_businessnumber
    (system_id, number, addressee_id, integrated_flag, valid_from, recorded_at)
SELECT %(system)s, business_number, integrated_number, is_first, valid_from, %(at)s
FROM integrated_judged WHERE verdict IN ('number', 'link', 'link_and_add')
"""

FILL_STAGING = """
UPDATE {staging} s SET integrated_number = r.integrated_number
FROM integrated_judged r
WHERE r.business_number = s.business_number AND r.integrated_number IS NOT NULL
"""

ONE_PERSON_TWICE = """
SELECT DISTINCT linked, known FROM integrated_judged WHERE verdict = 'merge_proposed'
"""

FILL_DOUBTS = """
UPDATE {staging} s SET doubt = j.verdict
FROM integrated_judged j
WHERE j.business_number = s.business_number AND j.verdict = ANY(%(doubts)s)
"""

TELL_OF_NEW_NUMBERS = """
INSERT INTO integrated_address_addresseechange (kind, integrated_numbers, at, correlation_id)
SELECT 'numbered', array_agg(integrated_number ORDER BY integrated_number), %(at)s, %(trip)s
FROM (
    SELECT integrated_number,
        (row_number() OVER (ORDER BY integrated_number) - 1) / 1000 AS parcel
    FROM integrated_judged WHERE is_first
) numbered
GROUP BY parcel ORDER BY parcel
"""

# Whoever compares people has to look anew at those whose 基本4情報 or 個人番号 have changed.
TELL_OF_CHANGES = """
INSERT INTO integrated_address_addresseechange (kind, integrated_numbers, at, correlation_id)
SELECT 'updated', array_agg(integrated_number ORDER BY integrated_number), %(at)s, %(trip)s
FROM (
    SELECT integrated_number,
        (row_number() OVER (ORDER BY integrated_number) - 1) / 1000 AS parcel
    FROM (
        SELECT DISTINCT r.integrated_number FROM integrated_judged r
        WHERE r.verdict IN ('add_individual_number', 'change_individual_number')
            OR EXISTS (
                SELECT FROM integrated_changed c WHERE c.business_number = r.business_number
            )
    ) changed
) updated
GROUP BY parcel ORDER BY parcel
"""

LOOK_AT_JUDGED = """
ANALYZE integrated_judged (business_number, digest, verdict, integrated_number, is_first)
"""

COUNT = """
SELECT verdict, count(*), count(*) FILTER (WHERE name_key IS NULL)
FROM integrated_judged GROUP BY verdict
"""

FORGET = """
DROP TABLE IF EXISTS integrated_judged, integrated_changed, integrated_bringing
"""
