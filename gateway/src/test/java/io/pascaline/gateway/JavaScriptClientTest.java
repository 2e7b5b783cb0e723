// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The JavaScript client in Node.js, against gateways that misbehave. */
@Timeout(120)
class JavaScriptClientTest {
  @TempDir private Path folder;
  private NodeScripts scripts;

  @BeforeEach
  void requireNode() throws Exception {
    scripts = new NodeScripts(folder);
  }

  private void assertRuns(String script) throws Exception {
    scripts.assertRuns(script);
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
