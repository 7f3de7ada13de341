"""
What apps add to the ground floor, by name: it may import none of them, and asks these functions.
"""

# What apps load beside the reference data of the ground floor, by name; each returns how many rows.
REFERENCE_LOADERS = {
    "中間サーバインターフェイス": "gateway.services.load_interfaces",
    "インターフェイス利用許可": "gateway.services.load_interface_permissions",
}
# What brings a database to the version that is installed, in order: commands of any app, each of which may be
# interrupted and run again (`manage.py upgrade`).
UPGRADE_STEPS = {
    "migrate": "データベースの移行",
    "load_reference_data": "基準データの読込",
    "refresh_name_keys": "団体内統合宛名の検索用氏名",
    "refresh_search_keys": "個人基本の検索用カナ・氏名",
}

# What a 名寄せ moves in apps to the left of 団体内統合宛名, by name; each returns lines for the preview.
MERGE_EFFECTS = ["gateway.selectors.merges.merge_effects"]
# What apps keep sealed with the keys of the ground floor and seal anew after a rotation, by name.
RESEALERS = {"更新通知の署名鍵": "resident_basic.services.reseal_webhook_secrets"}

# What wants a person, by name: functions of the time that return what they find (警報).
ALARM_CAUSES: list[str] = [
    "gateway.services.alarms.circuit_alarms",
    "gateway.services.alarms.age_alarms",
    "gateway.services.alarms.reconciliation_alarms",
    "gateway.services.alarms.code_reconciliation_alarms",
    "gateway.services.alarms.unknown_status_alarms",
    "gateway.services.alarms.certificate_alarms",
    "sapporo_base.services.conversion_findings.unmapped_alarms",
    "sapporo_base.services.credentials.ending_alarms",
]
# The blocks of the home page, by name; each returns what waits, what failed, or a state.
HOME_BLOCKS: list[str] = [
    "sapporo_base.admin.alarms.alarm_block",
    "integrated_address.admin.codes.home_block",
    "integrated_address.admin.amendments.home_block",
    "integrated_address.admin.watching.home_block",
    "integrated_address.admin.doubts_at_home.home_block",
    "gateway.admin.home_block",
    "gateway.admin.provision_block",
    "gateway.admin.difference_block",
    "gateway.admin.master_block",
    "resident_basic.admin.applications.application_block",
    "resident_basic.admin.applications.section_block",
    "resident_basic.admin.protection.alarms.home_block",
    "resident_basic.admin.protection.measures.home_block",
    "resident_basic.admin.consistency.consistency_block",
    "resident_basic.admin.consumers.delivery_block",
    "resident_basic.admin.waiting.waiting_block",
    "resident_basic.admin.gaps.gap_block",
    "sapporo_base.admin.work.health_block",
    "sapporo_base.admin.batches.batch_block",
    "sapporo_base.admin.work.outbox_block",
    "sapporo_base.admin.records.seal_block",
    "child_allowance.admin.payments.home_block",
]
# On which page the rejected rows of a kind of bulk job are mended.
MENDING_PAGES = {"receive_residents": "admin:resident_basic_mend_row"}
# Who keeps 支援措置: the pages of the ground floor ask it before a sealed row is opened.
PROTECTED_AMONG = "resident_basic.selectors.protected_among"
# The registers that the search for people asks, by name; each records, and cuts to rights.
PEOPLE_SEARCHES: list[str] = [
    "resident_basic.admin.finding.search_people",
    "integrated_address.admin.finding.search_people",
]
# Where each app shows a resident, by name; each cuts to the rights of who asks.
PERSON_WAYS: list[str] = [
    "integrated_address.admin.finding.ways_to_resident",
    "social_address.admin.ways_to_resident",
    "child_allowance.admin.recipients.ways_to_resident",
]
