"""The statements that bring numbers along. Rejections first, each with its reason; then what is left."""

from typing import Final

UNSEAL: Final = """
UPDATE {staging} SET
    digest = decode(split_part(individual_number, ':', 1), 'hex'),
    ciphertext = decode(split_part(individual_number, ':', 2), 'hex')
WHERE individual_number IS NOT NULL
"""

# An end that lies ahead has not come: until then the number is in use, and nobody else's.
NOT_YET: Final = """
UPDATE {staging} SET valid_until = NULL
WHERE valid_until::date > %(day)s AND valid_until::date >= valid_from::date
"""

# Item, reason (may name another row, never a person) and condition; the first that is true counts.
_WRONG_NUMBER = """
UPDATE {staging} SET rejected_item = 'integrated_number', rejected_reason = '15桁の数字ではない。'
WHERE rejected_item IS NULL AND integrated_number !~ '^[0-9]{15}$'
"""
_CHECK_DIGIT = """
UPDATE {staging} SET rejected_item = 'integrated_number',
    rejected_reason = 'この市が付番する範囲の番号であるが、検査数字が一致しない。'
WHERE rejected_item IS NULL AND left(integrated_number, 14)::bigint BETWEEN %(first)s AND %(last)s
  AND integrated_number IS DISTINCT FROM integrated_address_checked_number(
      left(integrated_number, 14)::bigint)
"""
_NO_SYSTEM = """
UPDATE {staging} s SET rejected_item = 'system_code',
    rejected_reason = '庁内業務システムが登録されていない。'
WHERE rejected_item IS NULL AND NOT EXISTS (
    SELECT FROM sapporo_base_businesssystem b
    WHERE b.business_id || '-' || b.local_id = s.system_code)
"""
_ENDS_EARLY = """
UPDATE {staging} SET rejected_item = 'valid_until',
    rejected_reason = '有効終了年月日が有効開始年月日より前である。'
WHERE rejected_item IS NULL AND valid_until::date < valid_from::date
"""
_TWO_NUMBERS_OF_ONE = """
UPDATE {staging} s SET rejected_item = 'individual_number',
    rejected_reason = '同じ団体内統合宛名番号に異なる個人番号がある(' || t.rows || '行)。'
FROM (
    SELECT integrated_number, string_agg(row_number::text, '・' ORDER BY row_number) AS rows
    FROM (
        SELECT DISTINCT ON (integrated_number, digest) integrated_number, digest, row_number
        FROM {staging} WHERE rejected_item IS NULL AND digest IS NOT NULL
        ORDER BY integrated_number, digest, row_number
    ) d
    GROUP BY integrated_number HAVING count(*) > 1
) t
WHERE s.integrated_number = t.integrated_number AND s.rejected_item IS NULL
"""
_ONE_NUMBER_OF_TWO = """
UPDATE {staging} s SET rejected_item = 'individual_number',
    rejected_reason = '同じ個人番号が別の団体内統合宛名番号にもある(' || t.rows || '行)。'
FROM (
    SELECT digest, string_agg(row_number::text, '・' ORDER BY row_number) AS rows
    FROM (
        SELECT DISTINCT ON (digest, integrated_number) digest, integrated_number, row_number
        FROM {staging} WHERE rejected_item IS NULL AND digest IS NOT NULL
        ORDER BY digest, integrated_number, row_number
    ) d
    GROUP BY digest HAVING count(*) > 1
) t
WHERE s.digest = t.digest AND s.rejected_item IS NULL
"""
_SAME_LINK_TWICE = """
UPDATE {staging} s SET rejected_item = 'business_number',
    rejected_reason = '同じ業務番号が同じ期間に重複している(' || t.rows || '行)。'
FROM (
    SELECT a.row_number, string_agg(DISTINCT b.row_number::text, '・') AS rows
    FROM {staging} a JOIN {staging} b
        ON b.system_code = a.system_code AND b.business_number = a.business_number
        AND b.row_number <> a.row_number
        AND daterange(a.valid_from::date, a.valid_until::date)
            && daterange(b.valid_from::date, b.valid_until::date)
    WHERE a.rejected_item IS NULL AND b.rejected_item IS NULL
    GROUP BY a.row_number
) t
WHERE s.row_number = t.row_number
"""
_KNOWN_UNDER_ANOTHER = """
UPDATE {staging} s SET rejected_item = 'individual_number',
    rejected_reason = 'この個人番号は、登録済みの別の団体内統合宛名番号の方のものである。'
FROM integrated_address_individualnumber i
WHERE s.rejected_item IS NULL AND (i.digest = s.digest OR i.second_digest = s.digest)
  AND i.valid_until IS NULL AND i.superseded_at IS NULL
  AND i.addressee_id <> s.integrated_number
"""
_KNOWN_WITH_ANOTHER = """
UPDATE {staging} s SET rejected_item = 'individual_number',
    rejected_reason = 'この団体内統合宛名番号の方には、別の個人番号が登録済みである。'
FROM integrated_address_individualnumber i
WHERE s.rejected_item IS NULL AND s.digest IS NOT NULL AND i.addressee_id = s.integrated_number
  AND i.valid_until IS NULL AND i.superseded_at IS NULL
  AND s.digest IS DISTINCT FROM i.digest AND s.digest IS DISTINCT FROM i.second_digest
"""
# Where no 個人番号 tells: somebody else whom this city numbered before the old numbers came.
_NUMBERED_HERE = """
UPDATE {staging} s SET rejected_item = 'integrated_number',
    rejected_reason = 'この番号は、氏名も生年月日も異なる方に付番済みである。'
FROM integrated_address_basicitems k
WHERE s.rejected_item IS NULL AND k.addressee_id = s.integrated_number
  AND k.valid_until IS NULL AND k.superseded_at IS NULL
  AND k.name <> s.name AND k.birth_on IS DISTINCT FROM nullif(s.born_on, '')::date
  AND (s.digest IS NULL OR NOT EXISTS (
      SELECT FROM integrated_address_individualnumber i
      WHERE i.addressee_id = s.integrated_number AND i.valid_until IS NULL
        AND i.superseded_at IS NULL))
"""
_NOT_IN_USE = """
UPDATE {staging} s SET rejected_item = 'integrated_number',
    rejected_reason = 'この番号は削除済または名寄せ済である。'
FROM integrated_address_integratedaddressee a
WHERE s.rejected_item IS NULL AND a.integrated_number = s.integrated_number AND a.state <> 'active'
"""
_LINK_OF_ANOTHER = """
UPDATE {staging} s SET rejected_item = 'business_number',
    rejected_reason = 'この業務番号は、同じ期間に別の方に紐付いている。'
FROM integrated_address_businessnumber b
JOIN sapporo_base_businesssystem y ON y.id = b.system_id
WHERE s.rejected_item IS NULL AND y.business_id || '-' || y.local_id = s.system_code
  AND b.number = s.business_number AND b.superseded_at IS NULL
  AND b.addressee_id <> s.integrated_number
  AND daterange(b.valid_from, b.valid_until)
      && daterange(s.valid_from::date, s.valid_until::date)
"""
REJECTIONS: Final = (
    _WRONG_NUMBER,
    _CHECK_DIGIT,
    _NO_SYSTEM,
    _ENDS_EARLY,
    _TWO_NUMBERS_OF_ONE,
    _ONE_NUMBER_OF_TWO,
    _SAME_LINK_TWICE,
    _KNOWN_UNDER_ANOTHER,
    _KNOWN_WITH_ANOTHER,
    _NUMBERED_HERE,
    _NOT_IN_USE,
    _LINK_OF_ANOTHER,
)

# Whose row tells the 基本4情報: the one with the flag, else the first.
CHOOSE_FIRST: Final = """
UPDATE {staging} s SET is_first = true
FROM (
    SELECT DISTINCT ON (integrated_number) row_number FROM {staging}
    WHERE rejected_item IS NULL
    ORDER BY integrated_number, has_flag DESC, valid_until IS NULL DESC, row_number
) f
WHERE s.row_number = f.row_number
"""
# Who is new is written down before anything is linked to them.
ADD_PEOPLE: Final = """
INSERT INTO integrated_address_integratedaddressee
    (integrated_number, state, under_support, numbered_at)
SELECT s.integrated_number, 'active', false, %(at)s FROM {staging} s
WHERE s.is_first
ON CONFLICT (integrated_number) DO NOTHING
"""
# In order, so that who has items already is found before the first row is written: into an empty table it is
# planned as a scan for each row, over rows of its own by then.
ADD_BASIC_ITEMS: Final = """
INSERT INTO integrated_address_basicitems
    (addressee_id, name, name_kana, kana_key, name_key, birth_on, birth_text, sex,
     residential_address, resident_state, source_id, valid_from, recorded_at)
SELECT s.integrated_number, s.name, coalesce(s.name_kana, ''), '', s.name_key,
    nullif(s.born_on, '')::date, coalesce(s.born_text, ''), s.sex,
    coalesce(s.residential_address, ''), coalesce(s.resident_state, ''), y.id,
    s.valid_from::date, %(at)s
FROM {staging} s
JOIN sapporo_base_businesssystem y ON y.business_id || '-' || y.local_id = s.system_code
WHERE s.is_first AND NOT EXISTS (
    SELECT FROM integrated_address_basicitems b
    WHERE b.addressee_id = s.integrated_number AND b.valid_until IS NULL
      AND b.superseded_at IS NULL)
ORDER BY s.integrated_number
"""
ADD_INDIVIDUAL_NUMBERS: Final = """
INSERT INTO integrated_address_individualnumber
    (addressee_id, ciphertext, {column}, cause, valid_from, recorded_at)
SELECT DISTINCT ON (s.integrated_number) s.integrated_number, s.ciphertext, s.digest, 'numbered',
    s.valid_from::date, %(at)s
FROM {{staging}} s
WHERE s.rejected_item IS NULL AND s.digest IS NOT NULL AND NOT EXISTS (
    SELECT FROM integrated_address_individualnumber i
    WHERE i.addressee_id = s.integrated_number AND i.valid_until IS NULL
      AND i.superseded_at IS NULL)
ORDER BY s.integrated_number, s.valid_from, s.row_number
"""
# A 符号 that the city has is not requested a second time.
ADD_CODE_STATUS: Final = """
INSERT INTO integrated_address_linkagecodestatus (addressee_id, state, since, cause)
SELECT s.integrated_number,
    CASE WHEN bool_or(s.code_acquired = '1') THEN 'acquired' ELSE 'not_requested' END,
    %(at)s::timestamptz, '移行'
FROM {staging} s
WHERE s.rejected_item IS NULL AND EXISTS (
    SELECT FROM integrated_address_individualnumber i
    WHERE i.addressee_id = s.integrated_number AND i.valid_until IS NULL
      AND i.superseded_at IS NULL)
GROUP BY s.integrated_number
ON CONFLICT (addressee_id) DO NOTHING
"""
ADD_LINKS: Final = """
INSERT INTO integrated_address_businessnumber
    (system_id, number, addressee_id, integrated_flag, valid_from, valid_until, recorded_at)
SELECT y.id, s.business_number, s.integrated_number,
    s.has_flag = '1' AND s.valid_until IS NULL AND s.row_number = min(s.row_number) FILTER (
        WHERE s.has_flag = '1' AND s.valid_until IS NULL) OVER (PARTITION BY s.integrated_number)
    AND NOT EXISTS (
        SELECT FROM integrated_address_businessnumber f
        WHERE f.addressee_id = s.integrated_number AND f.integrated_flag
          AND f.valid_until IS NULL AND f.superseded_at IS NULL),
    s.valid_from::date, s.valid_until::date, %(at)s
FROM {staging} s
JOIN sapporo_base_businesssystem y ON y.business_id || '-' || y.local_id = s.system_code
WHERE s.rejected_item IS NULL AND NOT EXISTS (
    SELECT FROM integrated_address_businessnumber b
    WHERE b.system_id = y.id AND b.number = s.business_number AND b.superseded_at IS NULL
      AND b.addressee_id = s.integrated_number
      AND daterange(b.valid_from, b.valid_until)
          && daterange(s.valid_from::date, s.valid_until::date))
"""
# The platform knows whose 符号 it has; of the others it is told.
TELL: Final = """
INSERT INTO integrated_address_addresseechange (kind, integrated_numbers, at, correlation_id)
SELECT 'numbered', array_agg(integrated_number ORDER BY integrated_number), %(at)s, %(trip)s
FROM (
    SELECT s.integrated_number,
        (row_number() OVER (ORDER BY s.integrated_number) - 1) / 1000 AS parcel
    FROM {staging} s
    JOIN integrated_address_integratedaddressee a
        ON a.integrated_number = s.integrated_number AND a.numbered_at = %(at)s
    LEFT JOIN integrated_address_linkagecodestatus c ON c.addressee_id = s.integrated_number
    WHERE s.is_first AND c.state IS DISTINCT FROM 'acquired'
) told
GROUP BY parcel ORDER BY parcel
"""
COUNT_ALIKE: Final = """
SELECT count(*) FROM (
    SELECT 1 FROM {staging} WHERE is_first AND born_on IS NOT NULL
    GROUP BY name_key, born_on, sex, residential_address HAVING count(*) > 1
) alike
"""
MOVE_SEQUENCE: Final = """
SELECT setval('integrated_address_serial', brought.serial)
FROM (
    SELECT max(left(integrated_number, 14)::bigint) AS serial FROM {staging}
    WHERE rejected_item IS NULL
      AND left(integrated_number, 14)::bigint BETWEEN %(first)s AND %(last)s
) brought, integrated_address_serial drawn
WHERE brought.serial > drawn.last_value OR (brought.serial = drawn.last_value AND NOT drawn.is_called)
"""
