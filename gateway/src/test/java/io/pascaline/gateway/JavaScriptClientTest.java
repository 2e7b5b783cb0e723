// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The JavaScript client in Node.js, against gateways that misbehave. */
@Timeout(120)
class JavaScriptClientTest {
  @TempDir private Path folder;

  @BeforeEach
  void requireNode() throws Exception {
    boolean isThere;
    try {
      isThere = run("process.exit(typeof fetch === 'function' ? 0 : 1)").isEmpty();
    } catch (IOException | AssertionError e) {
      isThere = false;
    }
    assumeTrue(isThere, "skipped: no node of version 18 or later (Debian: apt-get install nodejs)");
    try (InputStream module = JavaScriptClientTest.class.getResourceAsStream("web/pascaline.js")) {
      // By its ending Node.js knows that it is a module.
      Files.copy(module, folder.resolve("pascaline.mjs"));
    }
  }

  private String run(String script) throws Exception {
    Path file = Files.writeString(folder.resolve("test.mjs"), script);
    Process process =
        new ProcessBuilder(List.of("node", file.toString())).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "node has not ended");
    assertEquals(0, process.exitValue(), out);
    return out;
  }

  private static final String HOSTILE_GATEWAYS =
      """
      import assert from "node:assert/strict";
      import {createServer} from "node:http";
      import {getEventListeners} from "node:events";
      import {PascalineClient, PascalineError} from "./pascaline.mjs";
      globalThis.crypto ??= (await import("node:crypto")).webcrypto;

      const description = {
        name: "m", version: "v", planDigest: "00", ringBits: 32, labels: [],
        input: {elementCount: 1, wordCount: 1, fractionBits: 8, encodableLimit: 1000,
                rangeLimits: [100]},
        output: {wordCount: 1, elementCount: 1, fractionBits: 0, divisor: 1, maxMagnitude: 2 ** 31,
                 classCount: 0},
      };
      const servers = [];
      const fine = (response) => response.end(Buffer.alloc(4));
      const refuse = (body, status = 400) => (response) => {
        response.writeHead(status);
        response.end(body);
      };
      async function gateway(party, post, get) {
        const server = createServer((request, response) => {
          const chunks = [];
          request.on("data", (chunk) => chunks.push(chunk));
          request.on("end", () => {
            response.body = Buffer.concat(chunks);
            if (request.method === "POST") {
              post(response);
            } else if (get) {
              get(response);
            } else {
              response.end(JSON.stringify({
                "/v1/gateway": {party},
                "/v1/models": {models: [{name: "m"}]},
              }[request.url] ?? description));
            }
          });
        });
        servers.push(server);
        await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
        return `http://127.0.0.1:${server.address().port}`;
      }
      async function client(post, get, more = {}) {
        const gateways = [await gateway(0, fine), await gateway(1, post, get)];
        return PascalineClient.connect({gateways, tokens: ["a", "b"], ...more});
      }
      async function fault(action) {
        try {
          await action();
        } catch (error) {
          assert.ok(error instanceof PascalineError, String(error));
          assert.ok(!error.message.includes("\\n"));
          return error;
        }
        throw new Error("no fault");
      }
      async function inferenceFault(post, options) {
        const asked = await client(post);
        return fault(() => asked.infer([1], options));
      }
      """;

  private void assertRuns(String script) throws Exception {
    String end = "servers.forEach((server) => server.close()); process.exit(0);";
    assertEquals("", run(HOSTILE_GATEWAYS + script + end));
  }

  @Test
  void shouldSendOverPlainHttpToThisMachineAlone() throws Exception {
    assertRuns(
        """
        const tokens = ["a", "b"];
        const far = ["http://party0.example", "https://party1.example"];
        for (const gateways of [far, ["https://party0.example", "http://192.0.2.1:8443"],
            ["http://localhost.example", "https://b.example"], ["ftp://localhost", "https://b"]]) {
          await assert.rejects(PascalineClient.connect({gateways, tokens}), RangeError);
        }
        const allowed = {gateways: far, tokens, plainHttp: true, timeoutMs: 1};
        await fault(() => PascalineClient.connect(allowed));
        const answer = await (await client(fine)).infer([1]);
        assert.equal(answer.values.length, 1);
        """);
  }

  @Test
  void shouldRestBeforeItRetriesWhateverAGatewayAdvises() throws Exception {
    assertRuns(
        """
        for (const advice of ['"x"', "-1", "1e400", "600001", "null", "[]", '"100"']) {
          let posts = 0;
          const body = `{"type": "urn:x:overloaded", "retryAfterMs": ${advice}}`;
          const error = await inferenceFault((response) => {
            posts++;
            refuse(body, 429)(response);
          }, {timeoutMs: 300});
          // At least 50 ms lie between two attempts within 300 ms.
          assert.ok(posts >= 1 && posts <= 7, `${advice}: ${posts}`);
          assert.ok(error.code === "overloaded" || error.code === "deadline", error.code);
          assert.equal(error.retryAfterMs, 0);
        }
        const body = '{"type": "urn:x:overloaded", "retryAfterMs": 60000}';
        assert.equal((await inferenceFault(refuse(body, 429))).retryAfterMs, 60000);
        """);
  }

  @Test
  void shouldEndWithAFaultWhateverAGatewaySends() throws Exception {
    assertRuns(
        """
        const endless = (response) => {
          const more = () => {
            while (!response.destroyed && response.write(Buffer.alloc(1 << 16))) {}
          };
          response.on("drain", more);
          response.on("close", () => hungUp());
          more();
        };
        let hungUp = () => {};
        for (const act of [
          () => inferenceFault(endless),
          () => fault(() => client(fine, endless)),
          () => inferenceFault((response) => {
            response.statusCode = 500;
            endless(response);
          }),
        ]) {
          const closed = new Promise((resolve) => { hungUp = resolve; });
          assert.equal((await act()).code, "too-long");
          await closed;
        }
        const short = (response) => response.end(Buffer.alloc(3));
        assert.equal((await inferenceFault(short)).code, "wrong-length");
        const stall = (response) => response.write("{");
        assert.equal((await inferenceFault(stall, {timeoutMs: 300})).code, "deadline");
        assert.equal((await fault(() => client(fine, stall, {timeoutMs: 300}))).code, "deadline");
        for (const body of ["null", "1", "[]", "[".repeat(60000), "<html>"]) {
          assert.equal((await inferenceFault(refuse(body))).code, "http-400");
        }
        for (const body of ["null", "1", "<html>"]) {
          const get = (response) => response.end(body);
          assert.equal((await fault(() => client(fine, get))).code, "no-gateway");
        }
        const detail = "a\\nb\\u001b[2Jc\\u202e" + "d".repeat(2000);
        const {message} = await inferenceFault(refuse(JSON.stringify({detail})));
        assert.ok(message.startsWith("party 1: a b [2Jc d"), message);
        assert.equal(message.length, "party 1: ".length + 512);
        """);
  }

  /** Each party serves versions, its default first; what it is sent for a version is kept. */
  private static final String ROLLOUT =
      """
      const version = (name, more = {}) =>
        ({...description, version: name, planDigest: `digest of ${name}`, ...more});
      const of8bits = version("v1");
      const of4bits = version("v2", {input: {...description.input, fractionBits: 4}});
      const served = [[of8bits], [of8bits]];
      const sent = [];
      let refusing = false;
      const unknown = refuse('{"type": "urn:x:unknown-model"}', 404);
      const find = (party, url) =>
        served[party].find((each) => !url.includes(":") || url.split(":")[1] === each.version);
      const get = (party) => (response) => {
        const {url} = response.req;
        const shown = {"/v1/gateway": {party}, "/v1/models": {models: [{name: "m"}]}}[url]
          ?? find(party, url);
        shown ? response.end(JSON.stringify(shown)) : unknown(response);
      };
      const post = (party) => (response) => {
        const {url} = response.req;
        sent.push([party, url.split(":")[1], response.body.readInt32LE()]);
        find(party, url) && !refusing ? fine(response) : unknown(response);
      };
      const gateways = [await gateway(0, post(0), get(0)), await gateway(1, post(1), get(1))];
      const connected = () => PascalineClient.connect({gateways, tokens: ["a", "b"]});
      function inputOf(name) {
        const shares = sent.filter(([, asked]) => asked === name);
        assert.deepEqual(shares.map(([party]) => party).sort(), [0, 1]);
        sent.length = 0;
        return (shares[0][2] + shares[1][2]) | 0;
      }
      """;

  @Test
  void shouldAskTheVersionThatHasReplacedItsOwn() throws Exception {
    assertRuns(
        ROLLOUT
            + """
            const client0 = await connected();
            await client0.infer([3]);
            assert.equal(inputOf("v1"), 3 << 8);
            // Party 1 has not moved its default.
            served[0] = [of4bits];
            served[1] = [of8bits, of4bits];
            const answer = await client0.infer([3]);
            assert.equal(answer.description.version, "v2");
            assert.equal(client0.description.version, "v2");
            assert.equal(inputOf("v2"), 3 << 4);
            assert.equal((await connected()).description.version, "v2");
            // So do several requests at once.
            served[0] = served[1] = [of8bits];
            const answers = await Promise.all([1, 2, 3].map((value) => client0.infer([value])));
            answers.forEach((each) => assert.equal(each.description.version, "v1"));
            """);
  }

  @Test
  void shouldFollowOnceAndToNoVersionThatIsAskedOtherwise() throws Exception {
    assertRuns(
        ROLLOUT
            + """
            for (const more of [{labels: ["a"]}, {input: {...description.input, mean: [0.5]}},
                {output: {...description.output, elementCount: 2, wordCount: 2}}]) {
              served[0] = served[1] = [of8bits];
              const asked = await connected();
              served[0] = served[1] = [version("v2", more)];
              const error = await fault(() => asked.infer([1]));
              assert.equal(error.code, "model-changed");
              assert.ok(error.message.endsWith("connect again"));
              assert.equal(asked.description.version, "v1");
            }
            served[0] = served[1] = [of8bits];
            const asked = await connected();
            // Party 1 does not serve what party 0 does.
            served[0] = [of4bits];
            assert.equal((await fault(() => asked.infer([1]))).code, "unknown-model");
            // They describe a version that they refuse.
            served[1] = [of4bits];
            refusing = true;
            sent.length = 0;
            assert.equal((await fault(() => asked.infer([1]))).code, "unknown-model");
            assert.deepEqual([...new Set(sent.map(([, version]) => version))], ["v1", "v2"]);
            assert.ok(sent.length <= 4, String(sent.length));
            """);
  }

  /** Named gateways and those of a cell's parties, without a network and on the test's clock. */
  private static final String CELLS =
      """
      const real = performance.now.bind(performance);
      let offsetMs = 0;
      performance.now = () => real() + offsetMs;
      let assigned = "a";
      let isListed = true;
      let own = ["http://127.0.0.1:10", "http://127.0.0.1:11"];
      const right = () => new Response(new Uint8Array(4));
      const problem = (status, type) =>
          () => new Response(JSON.stringify({type: `urn:x:${type}`, detail: "d"}), {status});
      let answer = right;
      let list = async (party) =>
          Response.json({cells: isListed ? [{cell: "a", gateway: own[party]}] : []});
      const count = {lists: 0, direct: 0, routed: 0};
      globalThis.fetch = async (url, {signal}) => {
        const {origin, port, pathname} = new URL(url);
        const party = port % 10;
        const isOwn = own.includes(origin);
        assert.ok(isOwn || port < 10, `nobody is at ${origin}`);
        if (pathname.endsWith("/cells")) {
          count.lists++;
          return list(party);
        }
        if (pathname.endsWith(":assign")) {
          return Response.json({cell: assigned});
        }
        if (pathname.endsWith(":infer")) {
          count[isOwn ? "direct" : "routed"]++;
          return isOwn ? answer(signal) : right();
        }
        return Response.json({
          "/v1/gateway": isOwn ? {party, cell: "a"} : {party, cells: true},
          "/v1/models": {models: [{name: "m"}]},
        }[pathname] ?? description);
      };
      const gateways = ["http://127.0.0.1:0", "http://127.0.0.1:1"];
      const asking = await PascalineClient.connect({gateways, tokens: ["a", "b"]});
      /** Asks, and lets the check end that this may have begun. */
      async function infer(options) {
        await asking.infer([1], options).catch((error) => assert.ok(error.code || options));
        for (let i = 0; i < 50; i++) {
          await new Promise(setImmediate);
        }
      }
      async function isDirect() {
        const {direct} = count;
        await infer();
        return count.direct > direct;
      }
      async function wait(seconds) {
        offsetMs += 1000 * seconds;
        await infer();
      }
      /** Requires that the cell is checked after so many seconds, and not before. */
      async function requirePause(seconds) {
        const {lists} = count;
        await wait(seconds - 1);
        assert.equal(count.lists, lists, `before ${seconds} s`);
        await wait(2);
        assert.equal(count.lists, lists + 2, `after ${seconds} s`);
      }
      """;

  @Test
  void shouldCheckTheGatewaysOfACellLessAndLessOftenIfTheyCannotBeUsed() throws Exception {
    assertRuns(
        CELLS
            + """
            isListed = false;
            await infer();
            for (const seconds of [10, 20, 40, 80, 160, 300, 300]) {
              await requirePause(seconds);
            }
            assert.equal(count.direct, 0);

            isListed = true;
            await wait(301);
            assert.ok(await isDirect());
            for (const seconds of [10, 20]) {
              answer = problem(500, "internal-error");
              await infer();
              assert.ok(!(await isDirect()));
              if (seconds === 20) {
                answer = right;
              }
              await requirePause(seconds);
            }
            assert.ok(await isDirect());
            answer = problem(500, "internal-error");
            await infer();
            await requirePause(10);
            """);
  }

  @Test
  void shouldReadTheAddressesOfACellAgainAfter4Minutes() throws Exception {
    assertRuns(
        CELLS
            + """
            await infer();
            assert.ok(await isDirect());
            await wait(239);
            assert.equal(count.lists, 2);
            own = [...own, "http://127.0.0.1:20", "http://127.0.0.1:21"];
            list = async (party) =>
                Response.json({cells: [{cell: "a", gateway: own.at(party - 2)}]});
            const {direct, routed} = count;
            await wait(2);
            assert.equal(count.direct, direct + 2, "no request waits for a check");
            own = own.slice(2);
            assert.ok(await isDirect());

            const before = count.direct;
            await wait(301);
            assert.equal(count.direct, before, "it was checked 5 minutes ago");
            assert.ok(await isDirect());
            list = async () => Response.json({cells: []});
            await wait(241);
            assert.ok(!(await isDirect()));
            assert.equal(count.routed, routed + 4);
            """);
  }

  @Test
  void shouldLeaveTheGatewaysOfACellAfterEachEndWithoutAnAnswerButTooManyRequests()
      throws Exception {
    assertRuns(
        CELLS
            + """
            await infer();
            const ends = {
              "bad-request": [problem(400, "bad-request"), false],
              "wrong-length": [() => new Response(new Uint8Array(3)), false],
              "too-long": [() => new Response(new Uint8Array(5)), false],
              unreachable: [() => { throw new TypeError(); }, false],
              overloaded: [problem(429, "overloaded"), true],
            };
            for (const [name, [end, isKept]] of Object.entries(ends)) {
              answer = right;
              await wait(301);
              assert.ok(await isDirect(), name);
              answer = end;
              await infer({timeoutMs: 40});
              answer = right;
              assert.equal(await isDirect(), isKept, name);
            }

            await wait(301);
            const silent = (signal) => new Promise((resolve, reject) =>
                signal.addEventListener("abort", () => reject(signal.reason)));
            answer = silent;
            await infer({signal: AbortSignal.timeout(20)});
            answer = right;
            assert.ok(await isDirect(), "the caller has ended it");
            answer = silent;
            await infer({timeoutMs: 20});
            answer = right;
            assert.ok(!(await isDirect()), "the deadline has ended it");
            """);
  }

  @Test
  void shouldCheckFourCellsAtATimeAndRememberTheLatest() throws Exception {
    assertRuns(
        CELLS
            + """
            const release = [];
            list = () => new Promise((resolve) => release.push(resolve));
            for (let i = 0; i < 10; i++) {
              assigned = `held-${i}`;
              await infer();
            }
            assert.equal(count.lists, 8);
            release.forEach((resolve) => resolve(Response.json({cells: []})));
            list = async () => Response.json({cells: []});
            await infer();

            for (let i = 0; i < 1024; i++) {
              assigned = `cell-${i}`;
              await infer();
            }
            const {lists} = count;
            await infer();
            assert.equal(count.lists, lists, "it is known");
            assigned = "held-0";
            await infer();
            assert.equal(count.lists, lists + 2, "it is not known any more");
            """);
  }

  @Test
  void shouldLeaveNoListenerOnTheCallersSignal() throws Exception {
    assertRuns(
        """
        const {signal} = new AbortController();
        const asked = await client(refuse("{}", 503));
        await fault(() => asked.infer([1], {timeoutMs: 400, signal}));
        assert.equal(getEventListeners(signal, "abort").length, 0);
        let posts = 0;
        const counted = await client((response) => { posts++; fine(response); });
        const ended = AbortSignal.abort(new PascalineError("mine", "ended before"));
        assert.equal((await fault(() => counted.infer([1], {signal: ended}))).code, "mine");
        assert.equal(posts, 0);
        """);
  }
}
