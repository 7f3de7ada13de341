"""The statements of the intake of claims, in the order they run; `{…}` are staging tables."""

TWICE_IN_FILE = """
UPDATE {staging} s SET rejected_item = 'claim_number', rejected_why = '同じ受付番号の行が前にある。'
 WHERE EXISTS (SELECT FROM {staging} earlier
                WHERE earlier.claim_number = s.claim_number AND earlier.row_number < s.row_number)
"""
MONTHS_OUT_OF_ORDER = """
UPDATE {staging} SET rejected_item = 'requested_until',
       rejected_why = '支給対象年月の自と至がそろっていないか、順序が逆。'
 WHERE rejected_item IS NULL AND requested_until <> ''
   AND (requested_from = '' OR requested_from > requested_until)
"""
NO_MONTH = """
UPDATE {staging} SET rejected_item = %(item)s, rejected_why = '年月ではない。'
 WHERE rejected_item IS NULL AND {column} <> '' AND {column} !~ '^[0-9]{4}-(0[1-9]|1[0-2])$'
"""
NOT_HANDED_OVER_WHOLE = """
UPDATE {staging} SET rejected_item = 'approval_number',
       rejected_why = '移行の行に認定番号、認定年月日、支給開始年月のいずれかがない。'
 WHERE rejected_item IS NULL AND claim_kind = '90'
   AND (approval_number = '' OR approved_on = '' OR entitled_from = '')
"""
NOBODY_NAMED = """
UPDATE {staging} SET rejected_item = 'claimant_resident_number',
       rejected_why = '請求者の宛名番号も個人番号もない。'
 WHERE rejected_item IS NULL AND claimant_resident_number = '' AND claimant_individual_number = ''
"""
CHILD_WITHOUT_CLAIM = """
UPDATE {staging} c SET rejected_item = 'claim_number',
       rejected_why = 'この受付番号の請求・届出を受領していない。', follows = true
 WHERE NOT EXISTS (SELECT FROM {claims} s
                    WHERE s.claim_number = c.claim_number AND s.rejected_item IS NULL)
"""
CHILD_TWICE = """
UPDATE {staging} c SET rejected_item = 'child_order', rejected_why = '同じ児童連番の行が前にある。'
 WHERE rejected_item IS NULL
   AND EXISTS (SELECT FROM {staging} earlier WHERE earlier.claim_number = c.claim_number
                  AND earlier.child_order = c.child_order AND earlier.row_number < c.row_number)
"""
CHILD_NOT_NAMED = """
UPDATE {staging} SET rejected_item = 'child_resident_number',
       rejected_why = '児童の宛名番号も個人番号もない。'
 WHERE rejected_item IS NULL AND child_resident_number = '' AND child_individual_number = ''
"""
COLLECT_SUBJECTS = """
INSERT INTO {staging} (resident_number, digest, ciphertext, name, name_kana, birth_on, sex,
                       municipality_code, residential_address, postal_code)
SELECT DISTINCT ON (p.key) nullif(p.resident_number, ''),
       decode(nullif(split_part(p.sealed, ':', 1), ''), 'hex'),
       decode(nullif(split_part(p.sealed, ':', 2), ''), 'hex'),
       p.name, p.name_kana, nullif(p.birth_on, '')::date, p.sex, p.municipality_code,
       p.residential_address, p.postal_code
  FROM (SELECT coalesce(nullif(claimant_resident_number, ''),
                        split_part(claimant_individual_number, ':', 1)) AS key,
               claimant_resident_number AS resident_number, claimant_individual_number AS sealed,
               claimant_name AS name, claimant_name_kana AS name_kana, claimant_born_on AS birth_on,
               claimant_sex AS sex, claimant_municipality_code AS municipality_code,
               claimant_residential_address AS residential_address,
               claimant_postal_code AS postal_code
          FROM {claims} WHERE rejected_item IS NULL
        UNION ALL
        SELECT coalesce(nullif(spouse_resident_number, ''),
                        split_part(spouse_individual_number, ':', 1)),
               spouse_resident_number, spouse_individual_number, spouse_name, spouse_name_kana,
               spouse_born_on, spouse_sex, spouse_municipality_code, spouse_residential_address,
               spouse_postal_code
          FROM {claims} WHERE rejected_item IS NULL AND has_spouse = '1'
        UNION ALL
        SELECT coalesce(nullif(child_resident_number, ''),
                        split_part(child_individual_number, ':', 1)),
               child_resident_number, child_individual_number, child_name, child_name_kana,
               child_born_on, child_sex, child_municipality_code, child_residential_address,
               child_postal_code
          FROM {children} WHERE rejected_item IS NULL) p
 WHERE p.key <> ''
 ORDER BY p.key, p.sealed DESC
"""
NAME_PEOPLE = """
UPDATE {staging} s SET {into} = p.addressee_number
  FROM {subjects} p
 WHERE s.rejected_item IS NULL AND p.addressee_number IS NOT NULL
   AND (p.resident_number = nullif(s.{resident}, '')
        OR (p.resident_number IS NULL
            AND p.digest = decode(nullif(split_part(s.{individual}, ':', 1), ''), 'hex')))
"""
NOT_FOUND = """
UPDATE {staging} SET rejected_item = %(item)s,
       rejected_why = '社会保障宛名に登録できない(番号に該当する人がいない)。'
 WHERE rejected_item IS NULL AND {into} IS NULL
"""
INSERT_CLAIMS = """
INSERT INTO child_allowance_claim
       (claim_number, kind, channel, received_on, claimed_on, cause, cause_on, asked_from,
        asked_until, claimant_number, claimant_occupation, claimant_pension,
        claimant_taxed_this_year_in, claimant_taxed_last_year_in, has_spouse, spouse_number,
        spouse_taxed_this_year_in, spouse_taxed_last_year_in, wants_public_money_account,
        remarks, state, state_reason)
SELECT claim_number, claim_kind, channel, received_on::date, claimed_on::date, cause,
       nullif(cause_on, '')::date,
       CASE WHEN requested_until <> '' THEN (requested_from || '-01')::date END,
       CASE WHEN requested_until <> '' THEN (requested_until || '-01')::date END,
       claimant, claimant_occupation, claimant_pension, claimant_tax_municipality_this_year,
       claimant_tax_municipality_last_year, has_spouse = '1', coalesce(spouse, ''),
       spouse_tax_municipality_this_year, spouse_tax_municipality_last_year,
       use_public_money_account = '1', remarks,
       CASE WHEN note = '' THEN 'received' ELSE 'under_examination' END, note
  FROM {staging} WHERE rejected_item IS NULL
    ON CONFLICT (claim_number) DO NOTHING
"""
INSERT_CHILDREN = """
INSERT INTO child_allowance_claimchild
       (claim_id, "order", child_number, born_on, relationship, living, in_custody, livelihood,
        studies_abroad, in_facility, cared_for, confirmed_on)
SELECT DISTINCT ON (q.id, c.child)
       q.id, c.child_order::int, c.child, nullif(c.child_born_on, '')::date, c.relationship,
       c.living, c.cared_for = '1', c.livelihood, c.studying_abroad = '1', c.in_facility = '1',
       c.care_equivalent = '1',
       CASE WHEN c.confirmation_submitted = '1'
            THEN coalesce(nullif(c.confirmation_on, '')::date, q.received_on) END
  FROM {staging} c JOIN child_allowance_claim q ON q.claim_number = c.claim_number
 WHERE c.rejected_item IS NULL AND c.is_new
 ORDER BY q.id, c.child, c.child_order::int
"""
FEWER_CHILDREN = """
UPDATE {staging} s
   SET note = '児童' || s.child_count || '人の請求ですが、' || found.count
           || '人分しか受領できていません。'
  FROM (SELECT s.claim_number, count(c.claim_number) AS count
          FROM {staging} s LEFT JOIN {children} c
            ON c.claim_number = s.claim_number AND c.rejected_item IS NULL
         WHERE s.rejected_item IS NULL GROUP BY s.claim_number) found
 WHERE found.claim_number = s.claim_number AND s.rejected_item IS NULL
   AND found.count <> s.child_count::int
"""
COLLECT_ACCOUNTS = """
INSERT INTO {staging} (addressee_number, bank_code, branch_code, deposit_type, account_number,
                       yucho_symbol, yucho_number, holder_kana, valid_from)
SELECT DISTINCT ON (claimant) claimant, bank_code, branch_code, deposit_type, account_number,
       yucho_symbol, yucho_number, holder_kana, claimed_on::date
  FROM {claims}
 WHERE rejected_item IS NULL AND is_new AND bank_code <> ''
 ORDER BY claimant, claimed_on DESC
"""
REFUSED_ACCOUNTS = """
UPDATE child_allowance_claim q
   SET state_reason = trim(q.state_reason || ' 請求の口座を登録できませんでした: ' || a.problem)
  FROM {staging} a, {claims} s
 WHERE a.problem IS NOT NULL AND s.claimant = a.addressee_number AND s.is_new
   AND q.claim_number = s.claim_number
"""
HAND_OVER_RECIPIENTS = """
INSERT INTO child_allowance_recipient
       (approval_number, addressee_number, spouse_number, ward_code, approved_on, entitled_from,
        ended_because, settled_before)
SELECT s.approval_number, s.claimant, coalesce(s.spouse, ''), s.claimant_municipality_code,
       s.approved_on::date, (s.entitled_from || '-01')::date, '',
       CASE WHEN s.paid_until <> '' THEN ((s.paid_until || '-01')::date + interval '1 month') END
  FROM {staging} s
 WHERE s.rejected_item IS NULL AND s.is_new AND s.claim_kind = '90'
    ON CONFLICT DO NOTHING
"""
TIE_CLAIMS = """
UPDATE child_allowance_claim q
   SET recipient_id = r.id, state = 'decided', state_reason = q.state_reason
  FROM {staging} s JOIN child_allowance_recipient r ON r.approval_number = s.approval_number
   AND r.addressee_number = s.claimant
 WHERE s.claim_kind = '90' AND s.is_new AND q.claim_number = s.claim_number
   AND s.rejected_item IS NULL
"""
NOT_TIED = """
UPDATE child_allowance_claim q
   SET state = 'under_examination',
       state_reason = '認定番号または受給者が既にあります。移行できませんでした。'
  FROM {staging} s
 WHERE s.claim_kind = '90' AND s.is_new AND q.claim_number = s.claim_number
   AND q.recipient_id IS NULL
"""
# The file tells the recipient's first month alone: a child born later counts from the month after its birth
# (児童手当法第9条第1項、第2項), a birth that nobody knows from the first month.
HAND_OVER_CHILDREN = """
INSERT INTO child_allowance_supportedchild
       (recipient_id, child_number, born_on, relationship, living, in_custody, livelihood,
        studies_abroad, in_facility, cared_for, confirmed_on, counted_from)
SELECT q.recipient_id, c.child_number, c.born_on, c.relationship, c.living, c.in_custody,
       c.livelihood, c.studies_abroad, c.in_facility, c.cared_for, c.confirmed_on,
       greatest(r.entitled_from, date_trunc('month', c.born_on + interval '1 month')::date)
  FROM child_allowance_claim q
  JOIN {staging} s ON s.claim_number = q.claim_number AND s.is_new AND s.claim_kind = '90'
  JOIN child_allowance_claimchild c ON c.claim_id = q.id
  JOIN child_allowance_recipient r ON r.id = q.recipient_id
    ON CONFLICT DO NOTHING
"""
CHILDREN_OF_OTHERS = """
UPDATE child_allowance_claim q
   SET state = 'under_examination',
       state_reason = '児童の一部が別の受給者の算定児童です。どちらに支給するか確認が必要です。'
  FROM {staging} s
 WHERE s.claim_kind = '90' AND s.is_new AND q.claim_number = s.claim_number
   AND EXISTS (SELECT FROM child_allowance_claimchild c
                WHERE c.claim_id = q.id
                  AND NOT EXISTS (SELECT FROM child_allowance_supportedchild k
                                   WHERE k.recipient_id = q.recipient_id
                                     AND k.child_number = c.child_number))
"""
HAND_OVER_DECISIONS = """
INSERT INTO child_allowance_decision
       (claim_id, outcome, start, reason, article, proposed_at, decided_at)
SELECT q.id, 'handed_over', r.entitled_from, '前のシステムで認定済みの受給者の移行',
       '児童手当法第7条第1項', %(at)s, %(at)s
  FROM child_allowance_claim q
  JOIN {staging} s ON s.claim_number = q.claim_number AND s.is_new AND s.claim_kind = '90'
  JOIN child_allowance_recipient r ON r.id = q.recipient_id
    ON CONFLICT DO NOTHING
"""
