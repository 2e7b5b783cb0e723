#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The Pascaline authors
"""Private inference over the gateways of two parties, with the standard library alone.

The input is split into two random shares here; each party gets one of them, and the answer is the sum of
the two shares that come back. No party sees the input or the answer.

    client = PascalineClient(
        ["https://party0.example", "https://party1.example"], [token0, token1])
    answer = client.infer(values)          # the input, row-major, normalised
    print(answer.classes(5))               # [(label, probability), ...]

From a shell, with tokens in files; inputs are .npy files of samples from 0 to 255 (uint8), which are
normalised as the model's owner says, or of float32, which are used as they are; either of one input or of
several along the first axis:

    python3 pascaline_client.py --gateway https://party0.example https://party1.example \\
        --token-file party0.token party1.token images.npy
"""

import argparse
import array
import ast
import http.client
import json
import math
import random
import re
import secrets
import select
import socket
import ssl
import struct
import sys
import threading
import time
import urllib.parse

_LOOPBACK = re.compile(r"localhost|127(\.[0-9]{1,3}){3}|::1", re.IGNORECASE)
_RETRIED = (429, 503)
# What a party answers that does not serve the version that a client knows.
_REPLACED = ("unknown-model", "other-plan")
_LEAST_PAUSE_S = 0.05
_MAX_RETRY_AFTER_MS = 600000
_MAX_TIMEOUT_S = 600
_CELL = re.compile(r"[A-Za-z0-9_-]{1,64}")
# After that, the load that a cell was chosen by says little.
_CELL_MAX_AGE_S = 1.0
# After that, party 0 assigns again what goes to the own gateways of a cell's parties.
_DIRECT_MAX_AGE_S = 5.0
# Those gateways: how long a connection and a check may take, and how many checks run at a time.
_DIRECT_CONNECT_S = 2.0
_CHECK_S = 5.0
_MAX_CHECKS = 4
# When a cell is checked again: after a failure, doubled for each further one, and while it is asked directly. The
# addresses of a check are valid for so long.
_CHECK_AGAIN_S = 10.0
_MAX_CHECK_AGAIN_S = 300.0
_MAX_DOUBLINGS = 5
_RECHECK_S = 240.0
_MAX_CHECKED_S = 300.0
# Whatever party 0 assigns: the latest cells that are remembered, and the latest connections of a thread.
_MAX_CELLS = 1024
_MAX_CONNECTIONS = 64
# Statuses of a gateway that does not know the client, its page, the path or the host.
_CLOSED = (401, 403, 404, 421)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,512}")
# The parties keep the deadline too, and can say why there is no answer.
_BACKSTOP_S = 1.0
_MAX_DOCUMENT_BYTES = 16 << 20
_MAX_PROBLEM_BYTES = 64 << 10
_READ_BYTES = 64 << 10
_MAX_LINE_CHARACTERS = 512


class PascalineError(Exception):
    """A request that ended without an answer; ``code`` says why, for programs."""

    def __init__(self, code, message, status=0, retry_after_s=0.0):
        super().__init__(message)
        self.code = code
        self.status = status
        self.retry_after_s = retry_after_s


def _float32(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def _printable(text):
    """Returns one line of what a terminal prints as it is, truncated if it is too long."""
    return "".join(c if c.isprintable() else " " for c in str(text)[:_MAX_LINE_CHARACTERS])


def _bounded_read(response, limit):
    """Returns a body of at most one byte more than a limit, which tells that it is too long."""
    data = bytearray()
    while len(data) <= limit:
        part = response.read(min(_READ_BYTES, limit + 1 - len(data)))
        if not part:
            break
        data += part
    if len(data) <= limit and response.length:
        raise http.client.IncompleteRead(bytes(data), response.length)
    return bytes(data)


def split_words(words, ring_bits):
    """Returns two shares of unsigned 32-bit words: the first is random, the second the rest."""
    first = array.array("I", secrets.token_bytes(4 * len(words)))
    if ring_bits == 32:
        return first, array.array("I", ((w - f) & 0xFFFFFFFF for w, f in zip(words, first)))
    count = len(words) // 2
    second = array.array("I", bytes(4 * len(words)))
    for i in range(count):
        rest = (_join64(words, i, count) - _join64(first, i, count)) & 0xFFFFFFFFFFFFFFFF
        second[i] = rest & 0xFFFFFFFF
        second[count + i] = rest >> 32
    return first, second


def _host_port(url):
    # The dot of the root says only that the name is complete.
    return re.sub(r"\.\Z", "", url.hostname.lower()), url.port or {"http": 80, "https": 443}.get(url.scheme)


def _join64(words, i, count):
    return words[i] | words[count + i] << 32


def _to_bytes(words):
    little = array.array("I", words)
    if sys.byteorder == "big":
        little.byteswap()
    return little.tobytes()


def _to_words(data):
    words = array.array("I", data)
    if sys.byteorder == "big":
        words.byteswap()
    return words


def _asked(description):
    """Returns what must stay the same for inputs and answers to mean the same in another version."""
    described, output = dict(description["input"]), dict(description["output"])
    return [
        described.get("shape"), described.get("mean"), described.get("std"), output.get("elementCount"),
        description["labels"]]


class Answer:
    """What a network answers.

    ``values`` is its output before softmax; ``warnings`` says why it may be wrong; ``shares`` is what was
    sent to each party.
    """

    def __init__(self, description, values, warnings, shares):
        self.description = description
        self.values = values
        self.warnings = warnings
        self.shares = shares

    def _preferences(self):
        output = self.description["output"]
        if output["classCount"] == 0:
            raise ValueError("the answer is not a single class")
        if output["transform"] == "sigmoid" and len(self.values) == 1:
            return [0.0, self.values[0]]
        return [-v if output["transform"] == "arg_min" else v for v in self.values]

    def best_class(self):
        """Returns the index of the class that the network prefers."""
        preferences = self._preferences()
        return preferences.index(max(preferences))

    def classes(self, count=5):
        """Returns the best classes, the best one first: [(label, probability)]."""
        preferences = self._preferences()
        labels = self.description["labels"]
        largest = max(preferences)
        powers = [math.exp(p - largest) for p in preferences]
        ranked = sorted(range(len(powers)), key=lambda i: (-powers[i], i))
        return [
            (labels[i] if i < len(labels) else "class %d" % i, powers[i] / sum(powers))
            for i in ranked[:count]
        ]


class _Cell:
    """What a client knows of a cell: the own gateways of both parties if it asks them, or None."""

    def __init__(self):
        self.own = None
        self.is_checked = False  # Whether a check runs.
        self.failures = 0  # Checks and requests since the last answer.
        self.since_s = -math.inf

    def is_due(self, now_s):
        pause_s = _RECHECK_S if self.own else min(
            _MAX_CHECK_AGAIN_S, _CHECK_AGAIN_S * 2 ** min(_MAX_DOUBLINGS, max(0, self.failures - 1)))
        return not self.is_checked and now_s - self.since_s > pause_s

    def found(self, own, began_s):
        # The operators may change the addresses as soon as the check has read them.
        self.own, self.is_checked, self.since_s = own, False, began_s

    def fail(self):
        self.own, self.is_checked, self.failures, self.since_s = None, False, self.failures + 1, time.monotonic()


class PascalineClient:
    """A client of the gateways of two parties. Threads may share it.

    :param gateways: addresses of the gateways of party 0 and party 1
    :param tokens: a token of each
    :param model: which model; the only one if none is named
    :param ca_files: for each party, a PEM file of the authority that signs its gateway's certificate, or None for
        those of the system. An operator's authority is trusted for its own gateway only, or it could pose as the
        other one and receive both shares
    :param plain_http: allow plain HTTP to other machines, which shows both shares to the network
    :param named_gateways_only: ask these gateways alone. By default, the client also asks those that parties of
        cells run themselves, if these say where they are and they answer. Party p's share goes where party p's
        gateway says
    :param timeout_s: deadline of a request, all its attempts together, and of the constructor; at most 600.
        The end is a second later at most, because the parties can say why there is no answer
    """

    def __init__(self, gateways, tokens, model=None, ca_files=(None, None), plain_http=False, timeout_s=30.0,
                 named_gateways_only=False):
        if len(gateways) != 2 or len(tokens) != 2:
            raise ValueError("give the gateways of party 0 and party 1, and a token of each")
        if isinstance(ca_files, str) or len(ca_files) != 2:
            raise ValueError("give ca_files for party 0 and party 1; None stands for the system's authorities")
        if not all(_TOKEN.fullmatch(token) for token in tokens):
            # Its text stays unsaid: it may be most of a token.
            raise ValueError("a token must be letters, digits and the characters - _")
        if not 0.001 <= timeout_s <= _MAX_TIMEOUT_S:
            raise ValueError("timeout_s must be from 0.001 to %d" % _MAX_TIMEOUT_S)
        self._urls = [urllib.parse.urlsplit(gateway) for gateway in gateways]
        if all(url.hostname for url in self._urls) and _host_port(self._urls[0]) == _host_port(self._urls[1]):
            raise ValueError("both gateways are the same: one party would see both shares")
        for url in self._urls:
            if url.scheme not in ("http", "https") or not url.hostname:
                raise ValueError("a gateway is https://HOST or https://HOST:PORT: " + url.geturl())
            if url.scheme == "http" and not _LOOPBACK.fullmatch(url.hostname) and not plain_http:
                raise ValueError("plain HTTP shows shares and tokens to the network: " + url.geturl())
        self._tokens = list(tokens)
        self._timeout_s = timeout_s
        self._ssl = [ssl.create_default_context(cafile=ca_file) for ca_file in ca_files]
        self._local = threading.local()
        self._has_cells = False
        self._named_gateways_only = named_gateways_only
        # By name; the one that was asked for longest ago is the first.
        self._cells = {}
        self._checks = 0
        self._lock = threading.Lock()
        #: What the version that is asked takes and answers, as both parties describe it.
        self.description = self._describe_at_both(model, time.monotonic() + timeout_s + _BACKSTOP_S)

    def _describe_at_both(self, model, end_s):
        """Returns how both parties describe the version that is party 0's default.

        Party 1 is asked for the same one, since two operators do not move their defaults at the same moment.
        """
        name = None if model is None else urllib.parse.quote(model, safe="")
        description = self._describe(0, name, end_s)
        if self._describe(1, _version_path(description), end_s) != description:
            raise PascalineError("parties-differ", "the parties describe the model differently")
        return description

    def _describe(self, party, path, end_s):
        try:
            gateway = self._document(party, "/v1/gateway", end_s)
            if gateway["party"] != party:
                raise PascalineError(
                    "wrong-party",
                    "the gateway of party %d is named as that of party %d" % (gateway["party"], party))
            self._has_cells = self._has_cells or gateway.get("cells") is True
            if path is None:
                name = self._document(party, "/v1/models", end_s)["models"][0]["name"]
                path = urllib.parse.quote(name, safe="")
            description = self._document(party, "/v1/models/" + path, end_s)
            _version_path(description), _asked(description)  # Fail if it is no description.
            return description
        except (ValueError, TypeError, LookupError, RecursionError) as fault:
            raise PascalineError(
                "no-gateway", "what answers at %s is no gateway" % self._urls[party].netloc) from fault

    def _document(self, party, path, end_s, own=None):
        connection = self._connection(party, max(0.001, end_s - time.monotonic()), own)
        if own:
            self._connect([connection], end_s)
        answers = []
        self._together(
            [lambda: answers.append(self._exchange(connection, party, "GET", path, _MAX_DOCUMENT_BYTES)[0])],
            [connection], end_s)
        return json.loads(answers[0])

    def _together(self, tasks, connections, end_s):
        """Runs a task for each connection, all at once; hangs up on all if one fails or time is over.

        A socket's own timeout starts again with each byte, so it is no deadline.
        """
        faults = []

        def run(task, connection):
            try:
                task()
            except Exception as fault:  # Whatever it is: nobody else would report it.
                if not isinstance(fault, PascalineError):
                    named = PascalineError("client-fault", "the request failed (%s)" % type(fault).__name__)
                    named.__cause__ = fault
                    fault = named
                faults.append(fault)
                # Without this party, the others would wait for nothing.
                for other in connections:
                    if other is not connection:
                        _hang_up(other)

        threads = [
            threading.Thread(target=run, args=pair, daemon=True) for pair in zip(tasks, connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(0.0, end_s - time.monotonic()))
        if any(thread.is_alive() for thread in threads):
            ended = list(faults)
            for connection in connections:
                _hang_up(connection)
            # Their threads close them; later requests get fresh ones.
            self._local.connections = {}
            raise ended[0] if ended else PascalineError("deadline", "no answer in time")
        if faults:
            raise faults[0]

    def _connection(self, party, timeout_s, own=None):
        """Returns this thread's connection to a party, a fresh one if the party has closed the kept one.

        It leads to the named gateway, or to the own gateway of the party in a cell.
        """
        kept = self._local.__dict__.setdefault("connections", {})
        url = own or self._urls[party]
        key = (party, url.scheme, url.netloc)
        connection = kept.pop(key, None)
        if connection is not None and connection.sock is not None:
            if select.select([connection.sock], [], [], 0)[0]:
                connection.close()
        if connection is None:
            if url.scheme == "https":
                connection = http.client.HTTPSConnection(
                    url.hostname, url.port, timeout=timeout_s, context=self._ssl[party])
            else:
                connection = http.client.HTTPConnection(url.hostname, url.port, timeout=timeout_s)
            while len(kept) >= _MAX_CONNECTIONS:
                kept.pop(next(iter(kept))).close()
        kept[key] = connection  # As the latest.
        connection.timeout = timeout_s
        if connection.sock is not None:
            connection.sock.settimeout(timeout_s)
        return connection

    def _connect(self, connections, end_s):
        """Connects what is not connected, within a time that leaves some for other ways.

        A machine that is gone must not hold a request up, nor a name server that does not answer.
        """
        lacking = [connection for connection in connections if connection.sock is None]
        if not lacking:
            return
        until_s = min(end_s, time.monotonic() + _DIRECT_CONNECT_S)

        def connect(connection):
            usual_s = connection.timeout
            connection.timeout = max(0.001, until_s - time.monotonic())
            try:
                connection.connect()
                if time.monotonic() > until_s:
                    raise socket.timeout("connected too late")
                connection.sock.settimeout(usual_s)
            except (OSError, http.client.HTTPException) as fault:
                connection.close()
                raise PascalineError(
                    "unreachable",
                    "%s cannot be reached (%s)" % (connection.host, type(fault).__name__)) from fault
            connection.timeout = usual_s

        try:
            self._together([lambda each=each: connect(each) for each in lacking], lacking, until_s)
        except PascalineError as fault:
            if fault.code != "deadline":
                raise
            raise PascalineError("unreachable", "a cell's own gateways cannot be reached in time") from fault

    def _exchange(self, connection, party, method, path, limit, body=None, headers=None):
        """Returns the body of a response and the cell that it assigns to the next request."""
        sent = {"Authorization": "Bearer " + self._tokens[party]}
        sent.update(headers or {})
        response = None
        try:
            connection.request(method, path, body=body, headers=sent)
            connection.exchange_socket = connection.sock
            response = connection.getresponse()
            if response.status != 200:
                limit = _MAX_PROBLEM_BYTES
            data = _bounded_read(response, limit)
            if len(data) > limit:
                raise PascalineError("too-long", "party %d sent more than %d bytes" % (party, limit))
        except socket.timeout as fault:
            connection.close()
            raise PascalineError("deadline", "party %d gave no answer in time" % party) from fault
        except (OSError, http.client.HTTPException) as fault:
            connection.close()
            raise PascalineError(
                "unreachable", "party %d cannot be reached (%s)" % (party, type(fault).__name__)) from fault
        finally:
            connection.exchange_socket = None
            if response is not None and not response.isclosed():
                # Bytes that nobody has read would look like the next response.
                response.close()
                connection.close()
        if response.status != 200:
            raise self._problem(party, response.status, data)
        return data, response.headers.get("Pascaline-Next-Cell", "")

    @staticmethod
    def _problem(party, status, data):
        try:
            problem = json.loads(data)
        except (ValueError, RecursionError):
            problem = {}
        if not isinstance(problem, dict):
            problem = {}
        retry_after_ms = problem.get("retryAfterMs")
        if type(retry_after_ms) not in (int, float) or not 0 <= retry_after_ms <= _MAX_RETRY_AFTER_MS:
            retry_after_ms = 0
        return PascalineError(
            _printable(problem.get("type", "http-%d" % status)).rsplit(":", 1)[-1],
            "party %d: %s" % (party, _printable(problem.get("detail", "HTTP status %d" % status))),
            status,
            retry_after_ms / 1000.0)

    def input_of_samples(self, samples):
        """Returns the input of a picture: samples from 0 to 255 by channel, row and column."""
        described = self.description["input"]
        channels = described["shape"][0]
        plane = described["elementCount"] // channels
        mean, std = described["mean"], described["std"]
        values = []
        for i, sample in enumerate(samples):
            channel = i // plane
            # In single precision, as in the other clients: all of them send the same input.
            centred = _float32(_float32(sample / 255) - _float32(mean[channel if len(mean) > 1 else 0]))
            values.append(_float32(centred / _float32(std[channel if len(std) > 1 else 0])))
        return values

    def _follow(self, replaced, end_s):
        """Returns the version that the parties serve instead of one that they have replaced."""
        if self.description is not replaced:
            return self.description
        following = self._describe_at_both(replaced["name"], end_s)
        if _asked(following) != _asked(replaced):
            # The caller may have prepared its input for the former version.
            raise PascalineError(
                "model-changed", "the parties serve a version with other inputs or classes now: connect again")
        self.description = following
        with self._lock:
            self._cells = {}  # They were checked for the former version.
        return following

    @staticmethod
    def _encode(values, description):
        described = description["input"]
        count = described["elementCount"]
        if len(values) != count:
            raise ValueError("input has %d values, must have %d" % (len(values), count))
        unit = 2.0 ** described["fractionBits"]
        fixed = []
        for i, value in enumerate(values):
            try:
                single = _float32(value)
            except (OverflowError, struct.error):  # It is beyond single precision, or no number.
                single = math.nan
            if not abs(single) < described["encodableLimit"]:
                raise ValueError(
                    "input at index %d must be below %s in magnitude" % (i, described["encodableLimit"]))
            fixed.append(round(single * unit))
        words = array.array("I", (f & 0xFFFFFFFF for f in fixed))
        if description["ringBits"] == 64:
            words.extend(f >> 32 & 0xFFFFFFFF for f in fixed)
        return words

    @staticmethod
    def _range_warnings(values, description):
        limits = description["input"]["rangeLimits"]
        part = len(values) // len(limits)
        beyond = sum(1 for i, value in enumerate(values) if not abs(value) <= limits[i // part])
        if beyond == 0:
            return []
        return ["%d values of the input are out of the model's range: the answer may be wrong" % beyond]

    def infer(self, values):
        """Asks for an inference; fails with a PascalineError, or a ValueError for a wrong input.

        If the parties have replaced the version, it asks the new one, once for each call and only if inputs
        and classes are the same.
        """
        description = self.description
        words = self._encode(values, description)
        end_s = time.monotonic() + self._timeout_s
        failed_cell = ""
        is_replaced = has_followed = False
        while True:
            cell, own = "", None
            try:
                if is_replaced:
                    description = self._follow(description, end_s)
                    words = self._encode(values, description)
                    is_replaced = False
                if self._has_cells:
                    cell, since_s = self._cell(description, failed_cell, end_s)
                    own = self._own(description, cell)
                outputs, shares = self._attempt(description, words, cell, end_s, own)
                if own:
                    self._answered(cell, own)
                    self._local.next_cell = (cell, since_s, since_s + _DIRECT_MAX_AGE_S)
                return self._answer(description, outputs, shares, self._range_warnings(values, description))
            except PascalineError as fault:
                # The named gateways may reach a cell whose own gateways the client cannot ask.
                is_closed = own is not None and (
                    fault.status in _CLOSED or fault.code in _REPLACED + ("unreachable",)
                    or fault.code.startswith("http-"))  # A proxy's own page.
                if own is not None and fault.status != 429:
                    self._lost(cell, own)
                if fault.code in _REPLACED and not is_closed and not has_followed:
                    # Another request may have followed already; then nobody has asked for this one.
                    has_followed = self.description is description
                    is_replaced = True
                    continue
                # Not all clients at once: what was refused together would be refused together again.
                pause_s = max(_LEAST_PAUSE_S, fault.retry_after_s) * (1 + random.random())
                is_retried = fault.status in _RETRIED or is_closed
                if not is_retried or time.monotonic() + pause_s >= end_s:
                    raise
                if fault.status != 429:
                    failed_cell = cell or failed_cell
                time.sleep(pause_s)

    def _cell(self, description, failed_cell, end_s):
        """Returns the cell for the next request: one that is kept, or one that party 0 assigns; and since when."""
        cell, since_s, until_s = self._local.__dict__.pop("next_cell", ("", 0.0, 0.0))
        if cell not in ("", failed_cell) and time.monotonic() <= until_s:
            return cell, since_s
        headers = {"Pascaline-Avoided-Cell": failed_cell} if failed_cell else {}
        connection = self._connection(0, max(0.001, end_s - time.monotonic()))
        answers = []
        self._together(
            [lambda: answers.append(self._exchange(
                connection, 0, "POST", _path(description, "assign"), _MAX_PROBLEM_BYTES, b"", headers)[0])],
            [connection], end_s + _BACKSTOP_S)
        try:
            cell = json.loads(answers[0])["cell"]
            if _CELL.fullmatch(cell):
                return cell, time.monotonic()
        except (ValueError, TypeError, LookupError, RecursionError):
            pass  # Said below.
        raise PascalineError("no-gateway", "party 0 assigned a cell that this version cannot read")

    def _own(self, description, cell):
        """Returns the own gateways of both parties in a cell, or None if requests go over the named ones.

        They are checked in the background, so that no request waits for that.
        """
        if self._named_gateways_only:
            return None
        with self._lock:
            known = self._cells.pop(cell, None) or _Cell()
            self._cells[cell] = known
            while len(self._cells) > _MAX_CELLS:
                del self._cells[next(iter(self._cells))]
            now_s = time.monotonic()
            if known.is_due(now_s) and self._checks < _MAX_CHECKS:
                check = threading.Thread(target=self._check, args=(description, cell, known, now_s), daemon=True)
                self._checks += 1
                known.is_checked = True
                try:
                    check.start()
                except RuntimeError:  # The machine has no thread for it.
                    self._checks -= 1
                    known.fail()
            return known.own if time.monotonic() - known.since_s <= _MAX_CHECKED_S else None

    def _lost(self, cell, used):
        """Leaves the own gateways of a cell, unless a check has found others than the request went to."""
        with self._lock:
            known = self._cells.get(cell)
            if known is not None and known.own == used:
                known.fail()

    def _answered(self, cell, used):
        with self._lock:
            known = self._cells.get(cell)
            if known is not None and known.own == used:
                known.failures = 0

    def _check(self, description, cell, known, began_s):
        own = None
        try:
            own = self._checked(description, cell, time.monotonic() + _CHECK_S)
        except Exception:
            pass  # Whatever a gateway says: the cell is asked in the usual way.
        finally:
            with self._lock:
                self._checks -= 1
                if known.is_checked:  # It was not lost meanwhile.
                    if own:
                        known.found(own, began_s)
                    else:
                        known.fail()

    def _checked(self, description, cell, end_s):
        path = "/v1/models/" + _version_path(description)
        listed = []
        for party in (0, 1):
            cells = self._document(party, path + "/cells", end_s)["cells"]
            listed.append({each["cell"]: urllib.parse.urlsplit(each["gateway"]) for each in cells})
        own = [listed[party][cell] for party in (0, 1)]
        for party, url in enumerate(own):
            is_plain = url.scheme == "http"
            if url.geturl() != "%s://%s" % (url.scheme, url.netloc) or "@" in url.netloc or not url.hostname:
                raise ValueError("no address of a gateway")
            # Protected as the named gateway is, or better.
            if not (url.scheme == "https" or is_plain and _LOOPBACK.fullmatch(url.hostname)
                    and self._urls[party].scheme == "http" and _LOOPBACK.fullmatch(self._urls[party].hostname)):
                raise ValueError("the address of a gateway is not protected")
            # Nobody gets both shares.
            others = [self._urls[1 - party]] + list(listed[1 - party].values())
            if any(other.hostname and _host_port(other) == _host_port(url) for other in others):
                raise ValueError("both parties have one gateway")
        for party, url in enumerate(own):
            gateway = self._document(party, "/v1/gateway", end_s, url)
            model = self._document(party, path, end_s, url)
            if (gateway["party"], gateway["cell"], model["planDigest"]) != (
                    party, cell, description["planDigest"]):
                raise ValueError("another party, cell or plan")
        return own

    def _attempt(self, description, words, cell, end_s, own=None):
        """Asks once, in fresh shares: shares of one input must not be sent twice."""
        connections = [
            self._connection(party, max(0.001, end_s - time.monotonic()) + _BACKSTOP_S, own and own[party])
            for party in (0, 1)]
        if own:
            self._connect(connections, end_s)
        timeout_s = max(0.001, end_s - time.monotonic())
        shares = split_words(words, description["ringBits"])
        path = _path(description, "infer")
        headers = {
            "Content-Type": "application/octet-stream",
            "Pascaline-Request": secrets.token_hex(16),
            "Pascaline-Plan": description["planDigest"],
            "Pascaline-Timeout-Ms": str(max(1, int(1000 * timeout_s))),
        }
        if cell:
            headers["Pascaline-Cell"] = cell
        results = [None, None]
        next_cells = ["", ""]
        length = 4 * description["output"]["wordCount"]

        def ask(party):
            data, next_cells[party] = self._exchange(
                connections[party], party, "POST", path, length, _to_bytes(shares[party]), headers)
            if len(data) != length:
                raise PascalineError("wrong-length", "party %d sent an output of another length" % party)
            results[party] = _to_words(data)

        self._together([lambda: ask(0), lambda: ask(1)], connections, end_s + _BACKSTOP_S)
        if _CELL.fullmatch(next_cells[0]):
            now_s = time.monotonic()
            self._local.next_cell = (next_cells[0], now_s, now_s + _CELL_MAX_AGE_S)
        return results, shares

    @staticmethod
    def _answer(description, outputs, shares, warnings):
        output = description["output"]
        bits, count = description["ringBits"], output["elementCount"]
        unit = 2.0 ** -output["fractionBits"] / output["divisor"]
        values, beyond = [], 0
        for i in range(count):
            if bits == 64:
                total = _join64(outputs[0], i, count) + _join64(outputs[1], i, count)
            else:
                total = outputs[0][i] + outputs[1][i]
            total &= (1 << bits) - 1
            fixed = total - (1 << bits) if total >> bits - 1 else total
            beyond += abs(fixed) > output["maxMagnitude"]
            values.append(_float32(fixed * unit))
        if beyond:
            warnings = warnings + ["the answer is out of range at %d places, so it is wrong" % beyond]
        return Answer(description, values, warnings, shares)


def _version_path(description):
    return ":".join(urllib.parse.quote(description[key], safe="") for key in ("name", "version"))


def _path(description, verb):
    return "/v1/models/%s:%s" % (_version_path(description), verb)


def _hang_up(connection):
    # http.client forgets the socket of a response that is the last one; the exchange does not.
    for sock in (connection.sock, getattr(connection, "exchange_socket", None)):
        try:
            # What arrives after a shutdown can still be read: the timeout ends that.
            sock.settimeout(0.001)
            sock.shutdown(socket.SHUT_RDWR)
        except (AttributeError, OSError):
            pass  # It is not open.


def _read_npy(path):
    """Returns the type, shape and elements of a NumPy file of uint8 or float32."""
    with open(path, "rb") as file:
        if file.read(6) != b"\x93NUMPY":
            raise ValueError(path + " is no NumPy file")
        major = file.read(2)[0]
        length = struct.unpack("<H" if major == 1 else "<I", file.read(2 if major == 1 else 4))[0]
        header = ast.literal_eval(file.read(length).decode("latin1"))
        kinds = {"|u1": "B", "<f4": "f"}
        if header["descr"] not in kinds or header["fortran_order"]:
            raise ValueError(path + " must hold uint8 or float32 in C order")
        elements = array.array(kinds[header["descr"]], file.read())
        if sys.byteorder == "big" and elements.itemsize > 1:
            elements.byteswap()
        return kinds[header["descr"]], header["shape"], elements


def main():
    parser = argparse.ArgumentParser(description="Private inference over the gateways of two parties.")
    parser.add_argument("--gateway", nargs=2, required=True, metavar=("URL0", "URL1"))
    parser.add_argument("--token-file", nargs=2, required=True, metavar=("FILE0", "FILE1"))
    parser.add_argument("--model", help="which model; the only one if none is named")
    parser.add_argument(
        "--ca-file", nargs=2, default=("", ""), metavar=("FILE0", "FILE1"),
        help="PEM files of the authorities that sign the gateways' certificates; '' for those of the system")
    parser.add_argument("--timeout", type=float, default=30.0, metavar="SECONDS")
    parser.add_argument("--json", action="store_true", help="one JSON object per input")
    parser.add_argument("inputs", nargs="+", metavar="FILE.npy")
    options = parser.parse_args()
    try:
        tokens = []
        for path in options.token_file:
            with open(path, encoding="ascii") as file:
                tokens.append(file.read().strip())
        client = PascalineClient(
            options.gateway, tokens, options.model, [path or None for path in options.ca_file],
            timeout_s=options.timeout)
        size = client.description["input"]["elementCount"]
        for path in options.inputs:
            kind, _, elements = _read_npy(path)
            for start in range(0, len(elements), size):
                part = elements[start:start + size]
                answer = client.infer(client.input_of_samples(part) if kind == "B" else part.tolist())
                for warning in answer.warnings:
                    print("warning: " + warning, file=sys.stderr)
                if options.json:
                    print(json.dumps({"values": list(answer.values), "class": answer.best_class()}))
                else:
                    print(", ".join("%s %.1f %%" % (label, 100 * p) for label, p in answer.classes(5)))
    except (PascalineError, ValueError, OSError) as fault:
        print("pascaline: %s" % fault, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
