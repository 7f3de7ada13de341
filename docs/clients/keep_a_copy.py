"""
Keeps a copy of 個人基本 as a business system does, with nothing but Python: snapshot, changes, comparison.

    CLIENT_ID=… CLIENT_SECRET=… python keep_a_copy.py http://127.0.0.1:8000 copy.json

The first run begins with a snapshot; each later one reads the changes since and compares by hashes. The
copy is one file here, replaced as a whole. A real system keeps its rows in its database, and stores the
receipt in the transaction that stores what came with it: that is all that makes a restart harmless.
What each call means is in docs/api-consumers.md; scopes: 030:snapshot:read, 030:changes:read and
030:residents:read.
"""

import base64
import hashlib
import http.client
import json
import os
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

API = "/api/v1/resident-basic/"
PAGE = 1000
STRETCH = 10_000
MOST_ASKED = 500
NOT_HASHED = {"resident_number", "history_number", "is_suppressed", "individual_number"}


class Refused(Exception):
    """The server refused: `problem` says why, in `code`, `title` and `fields`."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        # The token endpoint answers in the words of OAuth 2.0.
        code = problem.get("code") or problem.get("error")
        title = problem.get("title") or problem.get("error_description")
        super().__init__(f"{status} {code}: {title}")
        self.problem = problem


class Server:
    """個人基本 over HTTP, with a token that is fetched when it is needed."""

    def __init__(self, address: str, client_id: str, secret: str) -> None:
        self._address = urlsplit(address)
        self._basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
        self._token = ""

    def get(self, path: str, **query: object) -> bytes:
        """Return the body of an answer."""
        return self._call("GET", f"{API}{path}?{urlencode(query)}")

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """Return the answer to a JSON body."""
        return json.loads(self._call("POST", f"{API}{path}", json.dumps(body).encode()))

    def _call(self, method: str, path: str, body: bytes | None = None) -> bytes:
        if not self._token:
            self._token = self._new_token()
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        status, answer = self._ask(method, path, body, headers)
        if status == http.HTTPStatus.UNAUTHORIZED:
            # Tokens are short-lived: one that has run out is simply replaced.
            headers["Authorization"] = f"Bearer {self._new_token()}"
            status, answer = self._ask(method, path, body, headers)
        if status >= http.HTTPStatus.BAD_REQUEST:
            raise Refused(status, json.loads(answer))
        return answer

    def _new_token(self) -> str:
        headers = {
            "Authorization": f"Basic {self._basic}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = urlencode({"grant_type": "client_credentials"}).encode()
        status, answer = self._ask("POST", "/oauth2/token/", body, headers)
        if status != http.HTTPStatus.OK:
            raise Refused(status, json.loads(answer))
        self._token = str(json.loads(answer)["access_token"])
        return self._token

    def _ask(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        host, port = self._address.hostname or "", self._address.port
        secure = self._address.scheme == "https"
        connection = (
            http.client.HTTPSConnection(host, port, timeout=600)
            if secure
            else http.client.HTTPConnection(host, port, timeout=600)
        )
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


@dataclass
class Copy:
    """The residents by 宛名番号, each the values of `columns`, as they stand at `receipt`."""

    receipt: int = 0
    columns: list[str] = field(default_factory=list)
    people: dict[str, list[str | None]] = field(default_factory=dict)

    @property
    def hashed(self) -> list[str]:
        """Return the columns that a hash covers."""
        return [name for name in self.columns if name not in NOT_HASHED]

    def put(self, person: dict[str, Any]) -> None:
        """Replace a person by what a change or a look-up brought: it brings everything."""
        known = dict(
            zip(self.columns, self.people.get(person["resident_number"], []), strict=False)
        )
        told = {
            **known,
            **person["items"],
            "resident_number": person["resident_number"],
            "history_number": str(person["history_number"]),
            "is_suppressed": "1" if person["is_suppressed"] else "0",
        }
        self.people[person["resident_number"]] = [
            None if told.get(name) in (None, "") else str(told[name]) for name in self.columns
        ]

    def hash_of(self, number: str) -> str:
        """Return the hash of one person."""
        told = dict(zip(self.columns, self.people[number], strict=True))
        text = json.dumps(
            [number, *(told[name] or "" for name in self.hashed)],
            ensure_ascii=False,
            separators=(",", ":"),
        )
        return hashlib.sha256(text.encode()).hexdigest()


def begin(server: Server) -> Copy:
    """Return a copy from a snapshot; one that was cut is thrown away and asked for again."""
    for _ in range(3):
        stream = server.get("snapshot/")
        head, _, last = stream.rstrip(b"\n").rpartition(b"\n")
        trailer = json.loads(last)
        whole = isinstance(trailer, dict) and "sha256" in trailer
        if whole and trailer["sha256"] == hashlib.sha256(head + b"\n").hexdigest():
            break
    else:
        raise ConnectionError("The snapshot was cut three times.")
    first, *lines = head.split(b"\n")
    header = json.loads(first)
    columns: list[str] = header["columns"]
    place = columns.index("resident_number")
    rows = (json.loads(line) for line in lines)
    return Copy(header["receipt"], columns, {row[place]: row for row in rows})


def follow(server: Server, copy: Copy) -> int:
    """Bring the copy up to the newest receipt; return how many changes it took."""
    taken = 0
    while True:
        page = json.loads(server.get("changes/", after=copy.receipt, limit=PAGE))
        for change in page["changes"]:
            if change["receipt"] != copy.receipt + 1:
                raise ConnectionError(f"An answer was lost after receipt {copy.receipt}.")
            copy.receipt = change["receipt"]
            if change["is_latest"]:
                copy.put(change)
            taken += 1
        if not page["has_more"]:
            return taken


def compare(server: Server, copy: Copy) -> list[str]:
    """Compare by hashes, mend what differs, and return the 宛名番号 of it."""
    mended: list[str] = []
    numbers, after, has_more = sorted(copy.people), "", True
    while has_more:
        stretch = [number for number in numbers if number > after][:STRETCH]
        until = stretch[-1] if len(stretch) == STRETCH else ""
        found = server.post(
            "reconcile/",
            {
                "after": after,
                "until": until,
                "columns": copy.hashed,
                "receipt": copy.receipt,
                "hashes": [
                    {"resident_number": number, "hash": copy.hash_of(number)} for number in stretch
                ],
            },
        )
        for number in found["superfluous"]:
            copy.people.pop(number, None)
        fetched = [*found["differs"], *found["missing"]]
        for start in range(0, len(fetched), MOST_ASKED):
            asked = {"resident_numbers": fetched[start : start + MOST_ASKED]}
            for person in server.post("residents/", asked):
                copy.put(person)
        mended += [*fetched, *found["superfluous"]]
        after, has_more = found["until"], found["has_more"]
    return mended


def keep(server: Server, file: Path) -> str:
    """Begin or go on with the copy in a file, acknowledge, and say in a line what was done."""
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else None
    copy = Copy(**known) if known else begin(server)
    try:
        taken = follow(server, copy)
        mended = compare(server, copy)
    except Refused as refusal:
        if refusal.problem.get("code") not in {"receipt_unknown", "columns_changed"}:
            raise
        # One side was restored, or the approval has other items: only a snapshot helps.
        copy, taken, mended = begin(server), 0, []
    beside = file.with_suffix(".new")
    beside.write_text(json.dumps(asdict(copy), ensure_ascii=False), encoding="utf-8")
    beside.replace(file)
    # Only what is stored is acknowledged.
    server.post("acknowledgements/", {"receipt": copy.receipt})
    return (
        f"{len(copy.people)} residents at receipt {copy.receipt}: "
        f"{taken} changes taken, {len(mended)} mended"
    )


if __name__ == "__main__":
    address, name = sys.argv[1:]
    ours = Server(address, os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"])
    try:
        sys.stdout.write(keep(ours, Path(name)) + "\n")
    except Refused as refusal:
        # The words say what to do; a trace would hide them.
        sys.exit(str(refusal))
