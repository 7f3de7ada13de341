"""Acts of the ground floor. One function is one act."""

from sapporo_base.services.batches import (
    Reject,
    close_batch,
    disclose_rejected_row,
    open_batch,
    open_rejected_row,
    reject_rows,
    save_checkpoint,
)
from sapporo_base.services.credentials import (
    IssuedCredential,
    accept_token,
    forget_expired_tokens,
    issue_credential,
    issue_token,
    new_token,
    opened_secret,
    revoke_credential,
    secret_matches,
    usable_credential,
    use_assertion,
)
from sapporo_base.services.heartbeats import note_heartbeat
from sapporo_base.services.outbox import claim_messages, enqueue, forget_sent, settle_message
from sapporo_base.services.records import (
    Subject,
    prepare_partitions,
    record_linkage,
    record_refusal,
    record_subjects_from,
)
from sapporo_base.services.reference import load_reference_data
from sapporo_base.services.resealing import reseal_credentials, reseal_rejected_rows
from sapporo_base.services.seals import (
    Finding,
    SealKeyUnusable,
    proof_holds,
    record_proof,
    seal_records,
    verify_records,
)
from sapporo_base.services.staff import (
    DEMO_PASSWORD,
    FILE_RIGHTS,
    OPERATE,
    DemoStaff,
    prepare_demo_staff,
    set_rights,
    set_staff_password,
)

__all__ = [
    "DEMO_PASSWORD",
    "FILE_RIGHTS",
    "OPERATE",
    "DemoStaff",
    "Finding",
    "IssuedCredential",
    "Reject",
    "SealKeyUnusable",
    "Subject",
    "accept_token",
    "claim_messages",
    "close_batch",
    "disclose_rejected_row",
    "enqueue",
    "forget_expired_tokens",
    "forget_sent",
    "issue_credential",
    "issue_token",
    "load_reference_data",
    "new_token",
    "note_heartbeat",
    "open_batch",
    "open_rejected_row",
    "opened_secret",
    "prepare_demo_staff",
    "prepare_partitions",
    "proof_holds",
    "record_linkage",
    "record_proof",
    "record_refusal",
    "record_subjects_from",
    "reject_rows",
    "reseal_credentials",
    "reseal_rejected_rows",
    "revoke_credential",
    "save_checkpoint",
    "seal_records",
    "secret_matches",
    "set_rights",
    "set_staff_password",
    "settle_message",
    "usable_credential",
    "use_assertion",
    "verify_records",
]
