"""Everybody beside everybody: masses are scored by Splink, in chunks, each kept when it is done."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
from django.db import transaction

from integrated_address.models import MatchModel, MatchReceipt
from integrated_address.rules.matching import ITEMS, as_numbers, prior_among
from integrated_address.selectors.feeds import CHANGE_FEED
from integrated_address.services.matching.engine import codes_of, engine_with_keys, linker_of
from integrated_address.services.matching.keeping import Pair, keep_pairs
from integrated_address.services.matching.keys import make_keys
from integrated_address.services.matching.models import current_model, thresholds
from sapporo_base import services as base
from sapporo_base.acts import Act
from sapporo_base.bulk import Progress
from sapporo_base.models import BatchRun

KIND = "find_candidates"
_PEOPLE_IN_A_CHUNK = 100_000
_ROWS = 10_000
# The same words as a file's digest would have: one run of this kind is open at a time.
_ONE_RUN = "find_candidates"


@dataclass(frozen=True, slots=True)
class BulkFound:
    """What a bulk matching found: people compared, pairs at or above the threshold, what is new."""

    people: int
    pairs: int
    changed: int


def find_candidates(*, act: Act, progress: Progress | None = None) -> BulkFound:
    """
    Compare everybody with whoever is like them, and keep the pairs for human beings.

    Safe to run again: the same pairs change nothing. Interrupted, it goes on with the chunk that was
    not kept yet. Afterwards the feed of newcomers counts as read up to where it began.

    :raises NotNow: another run is under way.
    """
    with base.only_one_reception(_ONE_RUN):
        run = base.open_batch(act, KIND, file_sha256=_ONE_RUN)
        if not run.checkpoint:
            base.save_checkpoint(run, {"receipt": CHANGE_FEED.head(), "done": 0})
        make_keys(progress)
        return _score(run, act, progress)


def _score(run: BatchRun, act: Act, progress: Progress | None) -> BulkFound:
    model = current_model(act=act)
    counts = {"pairs": 0, "changed": 0, **run.counts}
    with engine_with_keys() as engine:
        chunks = run.checkpoint.get("chunks") or -(-max(engine.people, 1) // _PEOPLE_IN_A_CHUNK)
        if progress:
            progress.begin("照合", chunks)
        prior = prior_among(engine.people, prior=model.prior, learnt_of=model.people)
        linker = linker_of(engine, prior=prior, weights=as_numbers(model.weights))
        least = float(thresholds().candidate_from)
        for chunk in range(run.checkpoint["done"], chunks):
            found = linker.inference.predict_chunk(
                left_chunk=(chunk + 1, chunks),
                right_chunk=(1, 1),
                threshold_match_weight=least,
                warning_mode="never",
            )
            with transaction.atomic():
                pairs, changed = _keep(engine.database, found.physical_name, model, act)
                counts["pairs"] += pairs
                counts["changed"] += changed
                run.counts = {**counts, "people": engine.people}
                run.checkpoint |= {"done": chunk + 1, "chunks": chunks}
                run.save(update_fields=["counts", "checkpoint"])
            found.drop_table_from_database_and_remove_from_cache()
            if progress:
                progress.advance(1)
        people = engine.people
    _end(run, act)
    return BulkFound(people, counts["pairs"], counts["changed"])


def _keep(
    database: duckdb.DuckDBPyConnection, table: str, model: MatchModel, act: Act
) -> tuple[int, int]:
    read = [0]

    def pairs() -> Iterator[Pair]:
        gammas = ", ".join(f"gamma_{item.code}" for item in ITEMS)
        rows = database.execute(
            f"SELECT unique_id_l, unique_id_r, match_weight, {gammas} FROM {table}"
        )
        codes = [(item.code, codes_of(item)) for item in ITEMS]
        while parcel := rows.fetchmany(_ROWS):
            for one, other, score, *gamma in parcel:
                read[0] += 1
                yield one, other, score, _levels(codes, gamma)

    changed = keep_pairs(pairs(), version=model.pk, cause="bulk", act=act, people=None)
    return read[0], changed


def _levels(codes: list[tuple[str, dict[int, str]]], gamma: list[Any]) -> str:
    return json.dumps(
        {item: levels[value] for (item, levels), value in zip(codes, gamma, strict=True)}
    )


def _end(run: BatchRun, act: Act) -> None:
    with transaction.atomic():
        receipt, _ = MatchReceipt.objects.select_for_update().get_or_create(pk=1)
        receipt.receipt = max(receipt.receipt, run.checkpoint["receipt"])
        receipt.read_at = act.at
        receipt.save()
        # The same words will open the next run.
        run.file_sha256 = ""
        run.save(update_fields=["file_sha256"])
        base.close_batch(
            run,
            state=BatchRun.State.DONE,
            at=act.by_now(),
            counts=run.counts,
            message=f"{run.counts['people']:,}人を照合し、候補{run.counts['pairs']:,}組"
            f"(新規・変更{run.counts['changed']:,}組)でした。",
        )
        base.record_linkage(
            act, "candidates_found", subject_count=run.counts["people"], detail=run.message
        )
