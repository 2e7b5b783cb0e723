// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When the Python client asks the own gateways of a cell's parties. */
@Timeout(120)
class PythonCellsTest {
  private static final Path CLIENT = Path.of("..", "docs", "examples", "python");

  /** Named gateways and those of a cell's parties, without a network and on the test's clock. */
  private static final String CELLS =
      """
      import http.client, json, socket, threading, time, urllib.parse
      import pascaline_client as p

      class Clock:
          offset_s = 0
          monotonic = lambda self: time.monotonic() + self.offset_s
          sleep = lambda self, seconds: None
      clock = p.time = Clock()
      description = {"name": "m", "version": "v", "planDigest": "00", "ringBits": 32, "labels": [],
                     "input": {"elementCount": 1, "fractionBits": 8, "encodableLimit": 1000,
                               "rangeLimits": [100]},
                     "output": {"wordCount": 1, "elementCount": 1, "fractionBits": 0, "divisor": 1,
                                "maxMagnitude": 1 << 31}}
      others = []
      released = threading.Event()
      ports_that_hang = []
      def connect(connection):
          if connection.port in ports_that_hang:
              released.wait()
          connection.sock, other = socket.socketpair()
          others.append(other)
      http.client.HTTPConnection.connect = connect

      class Client(p.PascalineClient):
          assigned = "a"
          own = [10, 11]
          answer = lambda self: b"1234"
          listed = lambda self, party: [
              {"cell": "a", "gateway": "http://127.0.0.1:%d" % self.own[party]}]
          lists = direct = routed = 0
          def _exchange(self, connection, party, method, path, limit, body=None, headers=None):
              is_own = connection.port in self.own
              assert is_own or connection.port < 10, connection.port
              if path.endswith("/cells"):
                  self.lists += 1
                  answer = {"cells": self.listed(party)}
              elif path.endswith(":assign"):
                  answer = {"cell": self.assigned}
              elif path.endswith(":infer"):
                  self.direct += is_own
                  self.routed += not is_own
                  return self.answer() if is_own and party == 0 else b"1234", ""
              elif path == "/v1/gateway":
                  answer = {"party": party, "cell": "a"} if is_own else {"party": party, "cells": True}
              else:
                  answer = {"/v1/models": {"models": [{"name": "m"}]}}.get(path, description)
              return json.dumps(answer), ""
          def ask(self):
              # Lets the check end that this may have begun.
              try:
                  self.infer([1])
              except p.PascalineError:
                  pass
              for thread in threading.enumerate():
                  if thread is not threading.current_thread() and not ports_that_hang:
                      thread.join()
          def is_direct(self):
              direct = self.direct
              self.ask()
              return self.direct > direct
          def wait(self, seconds):
              clock.offset_s += seconds
              self.ask()
          def require_pause(self, seconds):
              lists = self.lists
              self.wait(seconds - 1)
              assert self.lists == lists, "before %d s" % seconds
              self.wait(2)
              assert self.lists > lists, "after %d s" % seconds
      def refuse(status, code):
          def answer():
              raise p.PascalineError(code, "d", status)
          return answer
      client = Client(["http://127.0.0.1:1", "http://127.0.0.1:2"], ["a", "b"])
      """;

  @BeforeEach
  void requirePython() throws Exception {
    boolean isThere;
    try {
      isThere = new ProcessBuilder("python3", "--version").start().waitFor() == 0;
    } catch (IOException e) {
      isThere = false;
    }
    assumeTrue(isThere, "skipped: no python3 (Debian: apt-get install python3)");
  }

  private static void assertRuns(String script) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(List.of("python3", "-B", "-c", CELLS + script));
    builder.environment().put("PYTHONPATH", CLIENT.toAbsolutePath().toString());
    Process process = builder.redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "python3 has not ended");
    assertEquals("", out);
    assertEquals(0, process.exitValue());
  }

  @Test
  void shouldCheckTheGatewaysOfACellLessAndLessOftenIfTheyCannotBeUsed() throws Exception {
    assertRuns(
        """
        client.listed = lambda party: []
        client.ask()
        for seconds in (10, 20, 40, 80, 160, 300, 300):
            client.require_pause(seconds)
        assert client.direct == 0

        del client.listed
        client.wait(301)
        assert client.is_direct()
        for seconds in (10, 20):
            client.answer = refuse(500, "internal-error")
            client.ask()
            assert not client.is_direct()
            if seconds == 20:
                del client.answer
            client.require_pause(seconds)
        assert client.is_direct()
        client.answer = refuse(500, "internal-error")
        client.ask()
        client.require_pause(10)
        """);
  }

  @Test
  void shouldReadTheAddressesOfACellAgainAfter4Minutes() throws Exception {
    assertRuns(
        """
        client.ask()
        assert client.is_direct()
        client.wait(239)
        assert client.lists == 2
        client.own = [10, 11, 20, 21]
        client.listed = lambda party: [
            {"cell": "a", "gateway": "http://127.0.0.1:%d" % client.own[-2 + party]}]
        direct, routed = client.direct, client.routed
        client.wait(2)
        assert client.direct == direct + 2, "no request waits for a check"
        client.own = [20, 21]
        assert client.is_direct()

        direct = client.direct
        client.wait(301)
        assert client.direct == direct, "it was checked 5 minutes ago"
        assert client.is_direct()
        client.listed = lambda party: []
        client.wait(241)
        assert not client.is_direct()
        assert client.routed == routed + 4
        """);
  }

  @Test
  void shouldLeaveTheGatewaysOfACellAfterEachEndWithoutAnAnswerButTooManyRequests()
      throws Exception {
    assertRuns(
        """
        client.ask()
        ends = {
            "bad-request": (refuse(400, "bad-request"), False),
            "wrong-length": (lambda: b"123", False),
            "unreachable": (refuse(0, "unreachable"), False),
            "deadline": (refuse(0, "deadline"), False),
            "client-fault": (lambda: None, False),
        }
        for name, (end, is_kept) in ends.items():
            client.__dict__.pop("answer", None)
            client.wait(301)
            assert client.is_direct(), name
            client.answer = end
            client.ask()
            del client.answer
            assert client.is_direct() == is_kept, name

        client.wait(301)
        refusals = [429]
        def refuse_once():
            if refusals:
                raise p.PascalineError("overloaded", "d", refusals.pop())
            return b"1234"
        client.answer = refuse_once
        routed = client.routed
        client.ask()
        assert not refusals and client.routed == routed, "it was asked again"
        """);
  }

  @Test
  void shouldCheckFourCellsAtATimeAndRememberTheLatest() throws Exception {
    assertRuns(
        """
        release = threading.Event()
        begun = threading.Semaphore(0)
        def held(party):
            begun.release()
            release.wait()
            return []
        client.listed = held
        for i in range(10):
            client.assigned = "held-%d" % i
            client.infer([1])
        for i in range(4):
            begun.acquire()
        assert client.lists == 4, client.lists
        release.set()
        client.listed = lambda party: []
        client.ask()

        for i in range(1024):
            client.assigned = "cell-%d" % i
            client.ask()
        lists = client.lists
        client.ask()
        assert client.lists == lists, "it is known"
        client.assigned = "held-0"
        client.ask()
        assert client.lists > lists, "it is not known any more"
        """);
  }

  /** Neither a machine that is gone nor a name server that is silent holds a request up. */
  @Test
  void shouldNotWaitForAConnectionLongerThanItsDeadline() throws Exception {
    assertRuns(
        """
        p._DIRECT_CONNECT_S = 0.2
        client.ask()
        assert client.is_direct()
        client._local.connections.clear()
        ports_that_hang += client.own
        direct, routed = client.direct, client.routed
        begin = time.monotonic()
        client.ask()
        assert time.monotonic() - begin < 20
        assert (client.direct, client.routed) == (direct, routed + 2)

        del ports_that_hang[:]
        released.set()
        clock.offset_s += 11
        client.ask()
        assert client.is_direct()
        client._local.connections.clear()
        released.clear()
        ports_that_hang += client.own
        client._timeout_s = 0.1
        client.ask()
        assert client.direct == direct + 2
        """);
  }

  @Test
  void shouldKeepTheLatestConnectionsEachForItsScheme() throws Exception {
    assertRuns(
        """
        def connection(url):
            return client._connection(0, 1, urllib.parse.urlsplit(url))
        plain = connection("http://localhost:9")
        assert connection("https://localhost:9") is not plain
        assert connection("http://localhost:9") is plain
        plain.connect()
        for port in range(100, 1100):
            connection("http://localhost:%d" % port)
        assert len(client._local.connections) == 64
        assert plain.sock is None
        assert connection("http://localhost:9") is not plain
        """);
  }

  /** It may have been changed while the check ran. */
  @Test
  void shouldUseAnAddressFor5MinutesFromTheStartOfItsCheck() throws Exception {
    assertRuns(
        """
        def listed_slowly(party):
            clock.offset_s += 2
            return Client.listed(client, party)
        client.listed = listed_slowly
        client.ask()
        assert client.is_direct()
        direct = client.direct
        client.wait(297)
        assert client.direct == direct, "the check began 301 s ago"
        """);
  }

  @Test
  void shouldKeepNewGatewaysWhateverARequestToFormerOnesMeets() throws Exception {
    assertRuns(
        """
        client.ask()
        assert client.is_direct()
        client.own = [10, 11, 20, 21]
        client.listed = lambda party: [
            {"cell": "a", "gateway": "http://127.0.0.1:%d" % client.own[-2 + party]}]
        def answer_late():
            del client.answer
            clock.offset_s += 241
            former = set(threading.enumerate())
            client.infer([1])
            for thread in set(threading.enumerate()) - former:
                thread.join()
            raise p.PascalineError("internal-error", "d", 500)
        client.answer = answer_late
        client._timeout_s = 600
        lists = client.lists
        client.ask()
        assert client.lists == lists + 2
        client.own = [20, 21]
        assert client.is_direct()
        """);
  }

  /** Too many threads: the requests go on, and the cell is checked later. */
  @Test
  void shouldTakeACheckThatCannotStartForOneThatFailed() throws Exception {
    assertRuns(
        """
        start = threading.Thread.start
        def start_no_check(thread):
            if thread._target == client._check:
                raise RuntimeError("can't start new thread")
            start(thread)
        threading.Thread.start = start_no_check
        for i in range(5):
            client.assigned = "cell-%d" % i
            client.ask()
        client.assigned = "a"
        client.ask()
        assert (client.lists, client.routed) == (0, 12)
        threading.Thread.start = start
        client.require_pause(10)
        assert client.is_direct()
        """);
  }

  @Test
  void shouldNotTakeAGatewayOfTheOtherPartyByItsCompleteName() throws Exception {
    assertRuns(
        """
        try:
            Client(["https://gw.example", "https://GW.example.:443"], ["a", "b"])
            assert False, "both gateways are the same"
        except ValueError as fault:
            assert "both gateways are the same" in str(fault), fault
        client.own = [443]
        client.listed = lambda party: [
            {"cell": "a", "gateway": ("https://gw.example", "https://gw.example.:443")[party]}]
        client.ask()
        assert client.lists == 2
        assert not client.is_direct()
        """);
  }
}
