"""How a bulk job is told on any page: kind and counts in words, state with its shape, how far it is."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from sapporo_base import selectors
from sapporo_base.admin import display
from sapporo_base.models import BatchRun

_BATCH_LEVELS = {
    "running": "waiting",
    "done": "done",
    "rejected": "warned",
    "failed": "stopped",
    "held": "stopped",
    "rehearsed": "info",
}

INTERRUPTED = "中断"
TAKE_UP_AGAIN = "同じファイルを再度受領すると、続きから処理します。"

# What the counts of a run are called; a count without a name here bears its own.
_COUNT_NAMES = {
    "rows": "ファイルの行数",
    "rejected": "受領できない行",
    "unchanged": "変更のない行",
    "new_residents": "新しい住民",
    "new_versions": "新しい履歴",
    "corrections": "履歴の訂正",
    "protected": "支援措置の開始・変更",
    "released": "支援措置の終了",
    "stored": "登録した行",
    "numbered": "付番した人",
    "unnumbered": "付番待ちの人",
    "outdated": "処理が古い行(反映しない)",
    "gaps": "新たな履歴の欠番",
}
# What the kinds of runs are called; a kind without a name here bears its own.
KIND_NAMES = {
    "receive_residents": "住民ファイルの受領",
    "receive_residents_rehearsal": "住民ファイルの確認",
    "check_residents": "住民情報の整合性確認",
    "import_numbers": "団体内統合宛名番号の移行",
    "import_numbers_rehearsal": "団体内統合宛名番号の移行の確認",
    "number_people": "業務番号ファイルの付番",
    "number_people_rehearsal": "業務番号ファイルの確認",
    "receive_taxes": "課税情報の受領",
    "receive_taxes_rehearsal": "課税情報の確認",
    "receive_accounts": "口座情報の受領",
    "receive_accounts_rehearsal": "口座情報の確認",
    "claims": "請求・届出の受領",
    "claim_children": "請求児童の受領",
}


def kind_of(run: BatchRun) -> str:
    """Return what a run does, in words."""
    return KIND_NAMES.get(run.kind, run.kind)


def rejects_of(run: BatchRun) -> SafeString | str:
    """Return how many rows of a run were not taken, and lead there."""
    if run.state != BatchRun.State.REJECTED:
        return display.NOTHING
    return format_html(
        '<a href="{}?batch__id__exact={}&amp;state=all">エラー行を表示({}件)</a>',
        reverse("admin:sapporo_base_rejectedrow_changelist"),
        run.pk,
        f"{run.rejected_rows.count():,}",
    )


def counts_of(run: BatchRun) -> SafeString:
    """Return the counts of a run in words, in the order in which people read them."""
    order = list(_COUNT_NAMES)
    counts = sorted(
        run.counts.items(),
        key=lambda one: order.index(one[0]) if one[0] in order else len(order),
    )
    return display.facts([(_COUNT_NAMES.get(name, name), f"{count:,}件") for name, count in counts])


def run_state(run: BatchRun) -> SafeString:
    """Return the state of a run with its shape; of a running one also how far it is."""
    words = display.badge(run.get_state_display(), _BATCH_LEVELS[run.state])
    if run.state != BatchRun.State.RUNNING:
        return words
    if run.pk in selectors.interrupted_runs():
        return format_html("{} {}", display.badge(INTERRUPTED, "stopped"), TAKE_UP_AGAIN)
    return format_html("{} {}", words, progress_words(run))


def progress_words(run: BatchRun) -> str:
    """Return how far a running job is, and how long it will take."""
    now = timezone.now()
    progress = selectors.run_progress(run, at=now)
    if not progress.rows:
        return "ファイルを確認しています"
    if progress.is_merging:
        return f"{progress.rows:,}行を読み終え、登録しています{_merge_words(progress)}"
    words = f"読み込み・検査 {progress.percent}%({progress.read:,} / {progress.rows:,}行)"
    if progress.remaining is None:
        return words
    if progress.merge is None:
        return f"{words} 読み込みは残り約{_time_of(progress.remaining)}、登録の時間は未測定です"
    return f"{words} 登録まで残り約{_time_of(progress.remaining + progress.merge)}"


def _merge_words(progress: selectors.RunProgress) -> str:
    """Return how long the merge will last, by the last of its size, or how long it has lasted."""
    if progress.merging is None:
        return ""
    if progress.merge is None:
        return f"(開始から{_time_of(progress.merging)})"
    if progress.merging < progress.merge:
        return f" 残り約{_time_of(progress.merge - progress.merging)}"
    return (
        f"(開始から{_time_of(progress.merging)}。前回の約{_time_of(progress.merge)}を超えています)"
    )


def _time_of(span: timedelta) -> str:
    now = timezone.now()
    return display.waited(now, at=now + span)


def report_tables(run: BatchRun) -> SafeString:
    """Return the tables of a run's report."""
    sections = run.report.get("sections", [])
    if not sections:
        return display.NOTHING
    return format_html_join(
        "",
        "{}",
        ((display.table(one["headings"], one["rows"], caption=one["title"]),) for one in sections),
    )
