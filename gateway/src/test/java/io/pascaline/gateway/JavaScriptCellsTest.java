// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** When the JavaScript client asks the own gateways of a cell's parties. */
@Timeout(120)
class JavaScriptCellsTest {
  @TempDir private Path folder;
  private NodeScripts scripts;

  @BeforeEach
  void requireNode() throws Exception {
    scripts = new NodeScripts(folder);
  }

  private void assertRuns(String script) throws Exception {
    scripts.assertRuns(script);
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

  /** It may have been changed while the check ran. */
  @Test
  void shouldUseAnAddressFor5MinutesFromTheStartOfItsCheck() throws Exception {
    assertRuns(
        CELLS
            + """
            const quick = list;
            list = (party) => {
              offsetMs += 2000;
              return quick(party);
            };
            await infer();
            list = quick;
            assert.ok(await isDirect());
            const {direct} = count;
            await wait(297);
            assert.equal(count.direct, direct, "the check began 301 s ago");
            """);
  }

  @Test
  void shouldKeepNewGatewaysWhateverARequestToFormerOnesMeets() throws Exception {
    assertRuns(
        CELLS
            + """
            await infer();
            assert.ok(await isDirect());
            own = [...own, "http://127.0.0.1:20", "http://127.0.0.1:21"];
            list = async (party) =>
                Response.json({cells: [{cell: "a", gateway: own.at(party - 2)}]});
            answer = async () => {
              answer = right;
              offsetMs += 241_000;
              await infer();
              return problem(500, "internal-error")();
            };
            const {lists} = count;
            await infer();
            assert.equal(count.lists, lists + 2);
            own = own.slice(2);
            assert.ok(await isDirect());
            """);
  }

  @Test
  void shouldNotTakeAGatewayOfTheOtherPartyByItsCompleteName() throws Exception {
    assertRuns(
        CELLS
            + """
            const one = ["https://gw.example", "https://GW.example.:443"];
            await assert.rejects(
                PascalineClient.connect({gateways: one, tokens: ["a", "b"]}),
                /both gateways are the same/);
            own = one.map((address) => new URL(address).origin);
            const asked = [];
            const send = globalThis.fetch;
            globalThis.fetch = (url, options) => {
              asked.push(new URL(url).hostname);
              return send(url, options);
            };
            await infer();
            assert.equal(count.lists, 2);
            assert.deepEqual(new Set(asked), new Set(["127.0.0.1"]));
            """);
  }
}
