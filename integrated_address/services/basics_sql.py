"""The statements by which a list changes 基本4情報 of people who are known."""

# 基本4情報 that differ from what is known: the old set ends, the new one begins. The 住民記録 tells all of them;
# any other system that is silent about an item leaves it as it is (`FourBasicItems.completed_by`).
_TOLD = """
    SELECT r.name, r.name_key,
        CASE WHEN keeps.kana THEN k.name_kana ELSE r.name_kana END AS name_kana,
        CASE WHEN keeps.kana THEN k.kana_key ELSE r.kana_key END AS kana_key,
        CASE WHEN keeps.birth THEN k.birth_on ELSE r.birth_on END AS birth_on,
        CASE WHEN keeps.birth THEN k.birth_text ELSE r.birth_text END AS birth_text,
        CASE WHEN keeps.sex THEN k.sex ELSE r.sex END AS sex,
        CASE WHEN keeps.address THEN k.residential_address ELSE r.residential_address END
            AS residential_address,
        coalesce(nullif(r.resident_state, ''), k.resident_state) AS resident_state
    FROM (
        SELECT NOT %(is_register)s AND r.name_kana = '' AND r.name = k.name AS kana,
            NOT %(is_register)s AND r.birth_on IS NULL AND r.birth_text = '' AS birth,
            NOT %(is_register)s AND r.sex = '0' AS sex,
            NOT %(is_register)s AND r.residential_address = '' AS address
    ) keeps
"""
CLOSE_BASIC_ITEMS = f"""
CREATE TEMPORARY TABLE integrated_changed ON COMMIT DROP AS
SELECT DISTINCT ON (k.id) k.id, r.business_number, told.*
FROM integrated_judged r
JOIN integrated_address_basicitems k
    ON k.addressee_id = r.integrated_number
    AND k.valid_until IS NULL AND k.superseded_at IS NULL
CROSS JOIN LATERAL ({_TOLD}) told
WHERE r.verdict <> 'number'
  AND (%(is_register)s OR k.resident_state <> '1')
  AND (k.name, k.name_kana, k.birth_on, k.birth_text, k.sex, k.residential_address,
       k.resident_state)
      IS DISTINCT FROM
      (told.name, told.name_kana, told.birth_on, told.birth_text, told.sex, told.residential_address,
       told.resident_state)
ORDER BY k.id, r.business_number DESC
"""

# What is put right on its own day held for no time, and is closed all the same: people ask by what was told.
SUPERSEDE_BASIC_ITEMS = """
WITH closed AS (
    UPDATE integrated_address_basicitems k SET superseded_at = %(at)s
    FROM integrated_changed c WHERE k.id = c.id
    RETURNING k.*
), ended AS (
    INSERT INTO integrated_address_basicitems
        (addressee_id, name, name_kana, kana_key, name_key, birth_on, birth_text, sex, residential_address,
         resident_state, source_id, valid_from, valid_until, recorded_at)
    SELECT addressee_id, name, name_kana, kana_key, name_key, birth_on, birth_text, sex, residential_address,
        resident_state, source_id, valid_from, greatest(%(day)s, valid_from), %(at)s
    FROM closed
)
INSERT INTO integrated_address_basicitems
    (addressee_id, name, name_kana, kana_key, name_key, birth_on, birth_text, sex, residential_address,
     resident_state, source_id, valid_from, recorded_at)
SELECT k.addressee_id, c.name, c.name_kana, c.kana_key, c.name_key, c.birth_on, c.birth_text, c.sex,
    c.residential_address, c.resident_state, %(system)s, %(day)s, %(at)s
FROM closed k JOIN integrated_changed c USING (id)
"""
