"""The 団体内統合宛名番号: how it is drawn and checked, that it stays, and which one answers after a 名寄せ."""

from django.db import migrations

# 14 digits of serial and M11W2-7; a serial with remainder 1 has no check digit and is skipped.
#
# The digit at a place is the number without what follows it, less ten times the number without that digit;
# modulo 11, less ten times is plus once. So each quotient counts with the weights of two places, and there is
# one division for a place instead of two; 6 and 5 together are 11, which is nothing.
NEXT_NUMBER = migrations.RunSQL(
    """
CREATE SEQUENCE integrated_address_serial
    MINVALUE 10000000000001 START 10000000000001 MAXVALUE 19999999999999 CACHE 1;
CREATE FUNCTION integrated_address_next_number() RETURNS varchar(15)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    s bigint;
    remainder bigint;
BEGIN
    LOOP
        s := nextval('integrated_address_serial');
        remainder := (
            s * 2 + s / 10 * (2 + 3) + s / 100 * (3 + 4) + s / 1000 * (4 + 5)
            + s / 100000 * (6 + 7 - 11) + s / 1000000 * (7 + 2) + s / 10000000 * (2 + 3)
            + s / 100000000 * (3 + 4) + s / 1000000000 * (4 + 5)
            + s / 100000000000 * (6 + 7 - 11) + s / 1000000000000 * (7 + 2)
            + s / 10000000000000 * (2 + 3)
        ) % 11;
        EXIT WHEN remainder <> 1;
    END LOOP;
    RETURN s::text || CASE remainder WHEN 0 THEN '0' ELSE (11 - remainder)::text END;
END $$;
""",
    """
DROP FUNCTION integrated_address_next_number();
DROP SEQUENCE integrated_address_serial;
""",
)

# The check digit of a serial as a function of its own, for numbers that are brought along; NULL for a serial
# with remainder 1.
CHECKED_NUMBER = migrations.RunSQL(
    """
CREATE FUNCTION integrated_address_checked_number(s bigint) RETURNS varchar(15)
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE r WHEN 1 THEN NULL WHEN 0 THEN s::text || '0' ELSE s::text || (11 - r)::text END
    FROM (SELECT (
        s % 10 * 2 + s / 10 % 10 * 3 + s / 100 % 10 * 4 + s / 1000 % 10 * 5
        + s / 10000 % 10 * 6 + s / 100000 % 10 * 7 + s / 1000000 % 10 * 2
        + s / 10000000 % 10 * 3 + s / 100000000 % 10 * 4 + s / 1000000000 % 10 * 5
        + s / 10000000000 % 10 * 6 + s / 100000000000 % 10 * 7
        + s / 1000000000000 % 10 * 2 + s / 10000000000000 % 10 * 3
    ) % 11 AS r) q
$$;
""",
    "DROP FUNCTION integrated_address_checked_number(bigint);",
)

NUMBERS_STAY = migrations.RunSQL(
    """
CREATE FUNCTION integrated_address_refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an integrated number is never taken away' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER numbers_stay BEFORE DELETE ON integrated_address_integratedaddressee
    FOR EACH ROW EXECUTE FUNCTION integrated_address_refuse_delete();
""",
    """
DROP TRIGGER numbers_stay ON integrated_address_integratedaddressee;
DROP FUNCTION integrated_address_refuse_delete();
""",
)

# A number that was merged is answered with the one it was merged into, that one's included.
PRESENT_NUMBER = migrations.RunSQL(
    """
CREATE FUNCTION integrated_address_present_number(asked varchar) RETURNS varchar
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    found varchar := asked;
    next varchar;
BEGIN
    LOOP
        SELECT merged_into_id INTO next FROM integrated_address_integratedaddressee
        WHERE integrated_number = found;
        EXIT WHEN next IS NULL;
        found := next;
    END LOOP;
    RETURN found;
END $$;
""",
    "DROP FUNCTION integrated_address_present_number(varchar);",
)

# The second index of a key serves LIKE under a linguistic collation; the database sorts by code point
# (`C.UTF-8`), where the key itself serves it.
NO_SECOND_INDEX_OF_A_KEY = migrations.RunSQL(
    """
DROP INDEX integrated_address_integ_integrated_number_aec87d53_like;
DROP INDEX integrated_address_linkagecodestatus_addressee_id_af82c0ac_like;
""",
    """
CREATE INDEX integrated_address_linkagecodestatus_addressee_id_af82c0ac_like
    ON integrated_address_linkagecodestatus (addressee_id varchar_pattern_ops);
CREATE INDEX integrated_address_integ_integrated_number_aec87d53_like
    ON integrated_address_integratedaddressee (integrated_number varchar_pattern_ops);
""",
)
