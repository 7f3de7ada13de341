"""The life of a 利用申請 is guarded in the database: its states, what was asked, what was granted."""

from django.db import migrations

# A CHECK can't look into another table; this trigger is the constraint across the two.
INDIVIDUAL_NUMBER_ONLY_FOR_SYSTEMS_THAT_USE_IT = migrations.RunSQL(
    """
CREATE FUNCTION individual_number_only_for_systems_that_use_it() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.individual_number AND NOT EXISTS (
        SELECT FROM sapporo_base_businesssystem
        WHERE id = NEW.system_id AND uses_individual_number
    ) THEN
        RAISE EXCEPTION 'individual_number_only_for_systems_that_use_it'
            USING ERRCODE = 'check_violation',
                  CONSTRAINT = 'individual_number_only_for_systems_that_use_it';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER individual_number_only_for_systems_that_use_it
    BEFORE INSERT OR UPDATE OF individual_number, system_id ON resident_basic_useapplication
    FOR EACH ROW EXECUTE FUNCTION individual_number_only_for_systems_that_use_it();
""",
    """
DROP TRIGGER individual_number_only_for_systems_that_use_it ON resident_basic_useapplication;
DROP FUNCTION individual_number_only_for_systems_that_use_it();
""",
)

APPLICATIONS_GO_THEIR_WAY = migrations.RunSQL(
    """
CREATE FUNCTION a_use_application_goes_its_way() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            RAISE EXCEPTION 'a_use_application_begins_as_a_draft'
                USING ERRCODE = 'check_violation',
                      CONSTRAINT = 'a_use_application_begins_as_a_draft';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('draft', 'submitted'), ('draft', 'withdrawn'),
        ('returned', 'submitted'), ('returned', 'withdrawn'),
        ('submitted', 'approved'), ('submitted', 'refused'),
        ('submitted', 'returned'), ('submitted', 'withdrawn'),
        ('approved', 'withdrawn')
    ) THEN
        RAISE EXCEPTION 'a_use_application_goes_its_way'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'a_use_application_goes_its_way';
    END IF;
    IF OLD.state NOT IN ('draft', 'returned') AND (
        NEW.system_id, NEW.renews_id, NEW.purpose, NEW.procedure, NEW.legal_basis_id, NEW.subjects,
        NEW.expected_count, NEW.retention, NEW.handling_section, NEW.delivery_forms,
        NEW.individual_number, NEW.protected_people, NEW.valid_from, NEW.valid_until,
        NEW.drafted_by_id
    ) IS DISTINCT FROM (
        OLD.system_id, OLD.renews_id, OLD.purpose, OLD.procedure, OLD.legal_basis_id, OLD.subjects,
        OLD.expected_count, OLD.retention, OLD.handling_section, OLD.delivery_forms,
        OLD.individual_number, OLD.protected_people, OLD.valid_from, OLD.valid_until,
        OLD.drafted_by_id
    ) THEN
        RAISE EXCEPTION 'what_was_submitted_stays_as_it_was'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'what_was_submitted_stays_as_it_was';
    END IF;
    IF (OLD.state, NEW.state) <> ('submitted', 'approved') AND (
        NEW.granted_from, NEW.granted_until, NEW.grants_individual_number,
        NEW.grants_protected_people, NEW.granted_forms
    ) IS DISTINCT FROM (
        OLD.granted_from, OLD.granted_until, OLD.grants_individual_number,
        OLD.grants_protected_people, OLD.granted_forms
    ) THEN
        RAISE EXCEPTION 'granting_is_part_of_approving'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'granting_is_part_of_approving';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_use_application_goes_its_way
    BEFORE INSERT OR UPDATE ON resident_basic_useapplication
    FOR EACH ROW EXECUTE FUNCTION a_use_application_goes_its_way();

CREATE FUNCTION items_are_requested_while_drafting() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched record := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    IF NOT EXISTS (
        SELECT FROM resident_basic_useapplication
        WHERE id = touched.application_id AND state IN ('draft', 'returned')
    ) THEN
        RAISE EXCEPTION 'items_are_requested_while_drafting'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'items_are_requested_while_drafting';
    END IF;
    RETURN touched;
END $$;
CREATE TRIGGER items_are_requested_while_drafting
    BEFORE INSERT OR UPDATE OR DELETE ON resident_basic_requesteditem
    FOR EACH ROW EXECUTE FUNCTION items_are_requested_while_drafting();

-- An item is approved within the period and no wider than asked; afterwards it can only end sooner.
CREATE FUNCTION an_item_is_approved_as_granted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an_approved_item_ends_and_stays'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'an_approved_item_ends_and_stays';
    END IF;
    IF TG_OP = 'UPDATE' AND (
        (NEW.application_id, NEW.item, NEW.reduction, NEW.reason, NEW.valid_from)
            IS DISTINCT FROM
        (OLD.application_id, OLD.item, OLD.reduction, OLD.reason, OLD.valid_from)
        OR NEW.valid_until > OLD.valid_until
    ) THEN
        RAISE EXCEPTION 'an_approved_item_ends_and_stays'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'an_approved_item_ends_and_stays';
    END IF;
    IF NOT EXISTS (
        SELECT FROM resident_basic_useapplication a
        WHERE a.id = NEW.application_id AND a.granted_from <= NEW.valid_from
          AND a.granted_until >= NEW.valid_until
    ) THEN
        RAISE EXCEPTION 'an_item_is_approved_within_the_granted_period'
            USING ERRCODE = 'check_violation',
                  CONSTRAINT = 'an_item_is_approved_within_the_granted_period';
    END IF;
    IF NOT EXISTS (
        SELECT FROM resident_basic_requesteditem r
        WHERE r.application_id = NEW.application_id AND r.item = NEW.item
          AND (r.reduction IN ('', NEW.reduction)
               OR (r.reduction, NEW.reduction) = ('year_month', 'year'))
    ) THEN
        RAISE EXCEPTION 'an_item_is_approved_no_wider_than_it_was_requested'
            USING ERRCODE = 'check_violation',
                  CONSTRAINT = 'an_item_is_approved_no_wider_than_it_was_requested';
    END IF;
    IF EXISTS (
        SELECT FROM resident_basic_approveditem other
        WHERE other.application_id = NEW.application_id AND (
            ((NEW.item, NEW.reduction) = ('municipality', 'ward')
             AND other.item IN ('town_code', 'town', 'block', 'building', 'postal_code'))
            OR ((other.item, other.reduction) = ('municipality', 'ward')
                AND NEW.item IN ('town_code', 'town', 'block', 'building', 'postal_code'))
        )
    ) THEN
        RAISE EXCEPTION 'ward_only_has_no_finer_place_beside_it'
            USING ERRCODE = 'check_violation',
                  CONSTRAINT = 'ward_only_has_no_finer_place_beside_it';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER an_item_is_approved_as_granted
    BEFORE INSERT OR UPDATE OR DELETE ON resident_basic_approveditem
    FOR EACH ROW EXECUTE FUNCTION an_item_is_approved_as_granted();

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON resident_basic_applicationstep
    FOR EACH ROW EXECUTE FUNCTION sapporo_base_refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON resident_basic_certification
    FOR EACH ROW EXECUTE FUNCTION sapporo_base_refuse_change();
""",
    """
DROP TRIGGER refuse_change ON resident_basic_certification;
DROP TRIGGER refuse_change ON resident_basic_applicationstep;
DROP TRIGGER an_item_is_approved_as_granted ON resident_basic_approveditem;
DROP FUNCTION an_item_is_approved_as_granted();
DROP TRIGGER items_are_requested_while_drafting ON resident_basic_requesteditem;
DROP FUNCTION items_are_requested_while_drafting();
DROP TRIGGER a_use_application_goes_its_way ON resident_basic_useapplication;
DROP FUNCTION a_use_application_goes_its_way();
""",
)

# An outside system is given the 住所 of protected people only together with 支援措置区分.
WHO_IS_GIVEN_PROTECTED_PEOPLE_IS_TOLD_OF_THEM = migrations.RunSQL(
    """
-- Deferred: application and items are written one after the other in one transaction.
CREATE FUNCTION who_is_given_protected_people_is_told_of_them() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    concerned bigint := (CASE WHEN TG_TABLE_NAME = 'resident_basic_useapplication'
                         THEN to_jsonb(NEW) ->> 'id'
                         ELSE to_jsonb(NEW) ->> 'application_id' END)::bigint;
BEGIN
    IF EXISTS (
        SELECT FROM resident_basic_useapplication a
        JOIN sapporo_base_businesssystem s ON s.id = a.system_id
        WHERE a.id = concerned AND a.state = 'approved' AND a.grants_protected_people
          AND NOT s.in_process
          AND NOT EXISTS (
              SELECT FROM resident_basic_approveditem i
              WHERE i.application_id = a.id AND i.item = 'support_measure'
                AND i.valid_from <= a.granted_from AND i.valid_until >= a.granted_until
          )
    ) THEN
        RAISE EXCEPTION 'who_is_given_protected_people_is_told_of_them'
            USING ERRCODE = 'check_violation',
                  CONSTRAINT = 'who_is_given_protected_people_is_told_of_them';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER who_is_given_protected_people_is_told_of_them
    AFTER UPDATE OF state ON resident_basic_useapplication
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION who_is_given_protected_people_is_told_of_them();
CREATE CONSTRAINT TRIGGER who_is_given_protected_people_is_told_of_them
    AFTER UPDATE OF valid_until ON resident_basic_approveditem
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION who_is_given_protected_people_is_told_of_them();
""",
    """
DROP TRIGGER who_is_given_protected_people_is_told_of_them ON resident_basic_approveditem;
DROP TRIGGER who_is_given_protected_people_is_told_of_them ON resident_basic_useapplication;
DROP FUNCTION who_is_given_protected_people_is_told_of_them();
""",
)
