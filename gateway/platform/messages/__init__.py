"""What is said to and heard from the platform, as typed values. No wire detail is in here."""

from gateway.platform.messages.basic import (
    Items as Items,
)
from gateway.platform.messages.basic import (
    Mode as Mode,
)
from gateway.platform.messages.basic import (
    OperatingState as OperatingState,
)
from gateway.platform.messages.basic import (
    Outcome as Outcome,
)
from gateway.platform.messages.basic import (
    TlsSettings as TlsSettings,
)
from gateway.platform.messages.codes import (
    CodeRequest as CodeRequest,
)
from gateway.platform.messages.codes import (
    CodeRequestFile as CodeRequestFile,
)
from gateway.platform.messages.codes import (
    CodeState as CodeState,
)
from gateway.platform.messages.codes import (
    CodeStatus as CodeStatus,
)
from gateway.platform.messages.copies import (
    Copy as Copy,
)
from gateway.platform.messages.copies import (
    CopyDetail as CopyDetail,
)
from gateway.platform.messages.copies import (
    CopyKey as CopyKey,
)
from gateway.platform.messages.copies import (
    CopySearch as CopySearch,
)
from gateway.platform.messages.copies import (
    CopySent as CopySent,
)
from gateway.platform.messages.copies import (
    CopySummary as CopySummary,
)
from gateway.platform.messages.copies import (
    CopyUpload as CopyUpload,
)
from gateway.platform.messages.copies import (
    EndState as EndState,
)
from gateway.platform.messages.copies import (
    HeldCopy as HeldCopy,
)
from gateway.platform.messages.copies import (
    PublicationEndResult as PublicationEndResult,
)
from gateway.platform.messages.copies import (
    Recipient as Recipient,
)
from gateway.platform.messages.disclosures import (
    DisclosedContent as DisclosedContent,
)
from gateway.platform.messages.disclosures import (
    Disclosure as Disclosure,
)
from gateway.platform.messages.disclosures import (
    DisclosureResult as DisclosureResult,
)
from gateway.platform.messages.flags import (
    Flag as Flag,
)
from gateway.platform.messages.flags import (
    Flags as Flags,
)
from gateway.platform.messages.flags import (
    FlagSetting as FlagSetting,
)
from gateway.platform.messages.flags import (
    InformationFlag as InformationFlag,
)
from gateway.platform.messages.inquiries import (
    FINAL_STATES as FINAL_STATES,
)
from gateway.platform.messages.inquiries import (
    Inquiry as Inquiry,
)
from gateway.platform.messages.inquiries import (
    InquiryResult as InquiryResult,
)
from gateway.platform.messages.inquiries import (
    InquiryState as InquiryState,
)
from gateway.platform.messages.inquiries import (
    InquiryStatus as InquiryStatus,
)
from gateway.platform.messages.inquiries import (
    RegisteredInquiry as RegisteredInquiry,
)
from gateway.platform.messages.masters import (
    MasterChange as MasterChange,
)
from gateway.platform.messages.masters import (
    MasterKind as MasterKind,
)
from gateway.platform.messages.masters import (
    MasterUpdate as MasterUpdate,
)
from gateway.platform.messages.notices import (
    Notice as Notice,
)
from gateway.platform.messages.notices import (
    NoticeFate as NoticeFate,
)
from gateway.platform.messages.notices import (
    NoticeState as NoticeState,
)
from gateway.platform.messages.provisions import (
    Answer as Answer,
)
from gateway.platform.messages.provisions import (
    Provided as Provided,
)
from gateway.platform.messages.provisions import (
    ProvisionAnswer as ProvisionAnswer,
)
from gateway.platform.messages.provisions import (
    ProvisionContent as ProvisionContent,
)
from gateway.platform.messages.provisions import (
    ProvisionState as ProvisionState,
)
from gateway.platform.messages.provisions import (
    WaitingList as WaitingList,
)
from gateway.platform.messages.provisions import (
    WaitingProvision as WaitingProvision,
)
from gateway.platform.messages.records import (
    ExchangeRecord as ExchangeRecord,
)
from gateway.platform.messages.records import (
    RecordSide as RecordSide,
)
from gateway.platform.messages.records import (
    RecordUpdate as RecordUpdate,
)
