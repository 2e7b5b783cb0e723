// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The Python client of docs/examples, against the roles of the demo. */
@Timeout(180)
class PythonClientTest {
  private static final Path CLIENT =
      Path.of("..", "docs", "examples", "python", "pascaline_client.py").toAbsolutePath();
  private static final int PICTURES = 100;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @BeforeEach
  void requirePython() throws Exception {
    boolean isThere;
    try {
      isThere = run(List.of("python3", "--version")).exitCode() == 0;
    } catch (IOException e) {
      isThere = false;
    }
    assumeTrue(isThere, "skipped: no python3 (Debian: apt-get install python3)");
  }

  private record Output(int exitCode, String out, String err) {}

  private Output run(List<String> command) throws Exception {
    Path err = folder.resolve("stderr");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    builder.environment().put("PYTHONPATH", CLIENT.getParent().toString());
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "python3 has not ended");
    return new Output(process.exitValue(), out, Files.readString(err));
  }

  /** Writes pictures as NumPy does. */
  private Path npy(List<byte[]> images) throws IOException {
    String header =
        "{'descr': '|u1', 'fortran_order': False, 'shape': (" + images.size() + ", 1, 28, 28), }";
    header = header + " ".repeat(127 - 10 - header.length()) + "\n";
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    file.write(
        ByteBuffer.allocate(2)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putShort((short) header.length())
            .array());
    file.write(header.getBytes(StandardCharsets.US_ASCII));
    for (byte[] image : images) {
      file.write(image);
    }
    return Files.write(folder.resolve("images.npy"), file.toByteArray());
  }

  private List<String> command(BundledDemo demo, String... more) throws IOException {
    List<String> command = new ArrayList<>(List.of("python3", CLIENT.toString(), "--gateway"));
    for (int party = 0; party < 2; party++) {
      command.add(demo.demo.gateway(party).toString());
    }
    command.add("--token-file");
    for (int party = 0; party < 2; party++) {
      command.add(
          Files.writeString(folder.resolve("token" + party), demo.demo.token(party) + "\n")
              .toString());
    }
    command.addAll(List.of(more));
    return command;
  }

  @Test
  void shouldAnswerAsTheEmbeddedRunDoes() throws Exception {
    for (String suite : List.of("fused", "classic")) {
      int count = suite.equals("fused") ? PICTURES : 10;
      try (BundledDemo demo = new BundledDemo(0, "--suite", suite)) {
        List<Integer> expected = demo.embeddedClasses(count);
        Path images = npy(BundledDemo.images(count));

        Output output = run(command(demo, "--json", images.toString()));

        assertEquals("", output.err());
        assertEquals(0, output.exitCode());
        List<Integer> classes = new ArrayList<>();
        for (String line : output.out().lines().toList()) {
          JsonNode answer = JSON.readTree(line);
          classes.add(answer.path("class").asInt());
          assertEquals(10, answer.path("values").size());
        }
        assertEquals(expected, classes, suite);
      }
    }
  }

  @Test
  void shouldPrintTheBestClassesAndOneLineForAFault() throws Exception {
    try (BundledDemo demo = new BundledDemo(0)) {
      Path images = npy(BundledDemo.images(1));
      String best = demo.model.input().classLabels().get(demo.embeddedClasses(1).get(0));

      Output answered = run(command(demo, images.toString()));
      assertTrue(answered.out().startsWith(best + " "), answered.out());
      assertEquals(5, answered.out().strip().split(", ").length);

      List<String> refused = command(demo, images.toString());
      Files.writeString(folder.resolve("token1"), demo.demo.token(0));
      Output output = run(refused);
      assertEquals(1, output.exitCode());
      assertTrue(output.err().startsWith("pascaline: party 1: the token is not"), output.err());
      assertEquals(1, output.err().lines().count());
    }
  }

  /** Each gateway answers with what a test gives it, and counts who hangs up. */
  private static final String HOSTILE_GATEWAYS =
      """
      import http.server, json, socket, sys, threading, time
      import pascaline_client as p
      description = {"name": "m", "version": "v", "planDigest": "00", "ringBits": 32, "labels": [],
                     "input": {"elementCount": 1, "fractionBits": 8, "encodableLimit": 1000,
                               "rangeLimits": [100]},
                     "output": {"wordCount": 1, "elementCount": 1, "fractionBits": 0, "divisor": 1,
                                "maxMagnitude": 1 << 31}}
      posts = []

      def gateway(party, post, get=None):
          class Handler(http.server.BaseHTTPRequestHandler):
              protocol_version = "HTTP/1.1"
              def log_message(self, *args):
                  pass
              def raw(self, status, data, length=None):
                  self.send_response(status)
                  self.send_header("Content-Length", str(len(data) if length is None else length))
                  self.end_headers()
                  self.wfile.write(data)
                  self.wfile.flush()
              def do_GET(self):
                  if get:
                      return get(self)
                  shown = {"/v1/gateway": {"party": party},
                           "/v1/models": {"models": [{"name": "m"}]}}
                  self.raw(200, json.dumps(shown.get(self.path, description)).encode())
              def do_POST(self):
                  self.body = self.rfile.read(int(self.headers["Content-Length"]))
                  posts.append(party)
                  post(self)
          server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
          server.daemon_threads = True
          server.handle_error = lambda *args: None
          threading.Thread(target=server.serve_forever, daemon=True).start()
          return "http://127.0.0.1:%d" % server.server_address[1]

      hung_up = threading.Event()
      def drip(handler, *header):
          # A byte at a time restarts the timeout of a socket, and never ends.
          handler.send_response(200)
          handler.send_header("Content-Length", "1000000")
          if header:
              handler.send_header(*header)
          handler.end_headers()
          try:
              while True:
                  handler.wfile.write(b"x")
                  time.sleep(0.02)
          except OSError:
              hung_up.set()
      def drip_last(handler):
          drip(handler, "Connection", "close")
      def drip_head(handler):
          try:
              handler.wfile.write(b"HTTP/1.1 200 OK\\r\\nX: ")
              while True:
                  handler.wfile.write(b"x")
                  time.sleep(0.02)
          except OSError:
              hung_up.set()
      def end_early(handler):
          handler.raw(200, b"12", 4)
          handler.close_connection = True
      fine = lambda handler: handler.raw(200, b"1234")
      def refusal(problem, status=400):
          data = problem if isinstance(problem, bytes) else json.dumps(problem).encode()
          return lambda handler: handler.raw(status, data)
      def client(post, timeout_s=20, get=None, post0=fine):
          urls = [gateway(0, post0), gateway(1, post, get)]
          return p.PascalineClient(urls, ["a", "b"], timeout_s=timeout_s)
      def fault(action):
          begin = time.monotonic()
          try:
              action()
          except p.PascalineError as caught:
              assert "\\n" not in str(caught), str(caught)
              return caught, time.monotonic() - begin
          raise AssertionError("no fault")
      """;

  private void assertRuns(String script) throws Exception {
    assertEquals("done", printedBy(script));
  }

  private String printedBy(String script) throws Exception {
    Output output = run(List.of("python3", "-c", HOSTILE_GATEWAYS + script));
    assertEquals("", output.err());
    return output.out().strip();
  }

  /** Of what the gateways receive, in both rings: the parties' bodies of the same input. */
  @Test
  void shouldSendFreshUniformBodiesThatAddUpToTheInput() throws Exception {
    String script =
        """
        values, times = [0.0, 1.0, -1.0, 123.25] * 500, 20
        description["input"]["elementCount"] = len(values)
        counts, equal = [[0] * 256, [0] * 256], 0
        for bits in (32, 64):
            description["ringBits"] = bits
            description["output"]["wordCount"] = bits // 32
            bodies = [[], []]
            def post(party):
                def answer(handler):
                    bodies[party].append(handler.body)
                    handler.raw(200, bytes(bits // 8))
                return answer
            asked = client(post(1), post0=post(0))
            for _ in range(times):
                asked.infer(values)
            assert [len(sent) for sent in bodies] == [times, times]
            length = bits // 8 * len(values)
            def elements(body):
                assert len(body) == length
                words = [int.from_bytes(body[i:i + 4], "little") for i in range(0, length, 4)]
                if bits == 32:
                    return words
                return [low | high << 32 for low, high in zip(words, words[len(values):])]
            wanted = [round(256 * value) % (1 << bits) for value in values]
            before = None
            for pair in zip(*bodies):
                first, second = elements(pair[0]), elements(pair[1])
                assert [(a + b) % (1 << bits) for a, b in zip(first, second)] == wanted
                for party in (0, 1):
                    for byte in pair[party]:
                        counts[party][byte] += 1
                    if before:
                        equal += sum(
                            pair[party][i:i + 4] == before[party][i:i + 4]
                            for i in range(0, length, 4))
                before = pair
        print(json.dumps({"counts": counts, "equal": equal}))
        """;
    JsonNode result = JSON.readTree(printedBy(script));

    // Two uniform words of 32 bits are equal once in four thousand million times.
    assertEquals(0, result.path("equal").asInt());
    for (int party = 0; party < 2; party++) {
      long[] counts = new long[BundledDemo.BYTE_VALUES];
      for (int value = 0; value < counts.length; value++) {
        counts[value] = result.path("counts").path(party).path(value).asLong();
      }
      BundledDemo.requireUniform(counts, "body at party " + party);
    }
  }

  @Test
  void shouldKeepItsDeadlineAgainstAGatewayThatDrips() throws Exception {
    assertRuns(
        """
        # As many bytes as the dripping gateways announce.
        description["output"]["wordCount"] = 250000
        for post in (drip_head, drip, drip_last):
            hung_up.clear()
            caught, seconds = fault(lambda: client(post, 0.5, post0=post).infer([1.0]))
            assert caught.code == "deadline" and seconds < 10, (caught.code, seconds)
            assert hung_up.wait(10), post
        hung_up.clear()
        caught, seconds = fault(lambda: client(fine, 0.5, get=drip))
        assert caught.code == "deadline" and seconds < 10, (caught.code, seconds)
        assert hung_up.wait(10)
        print("done")
        """);
  }

  @Test
  void shouldEndWithAFaultWhateverAGatewaySends() throws Exception {
    assertRuns(
        """
        # More than an answer has, and a head that announces more than comes.
        for sent, code in ((b"12345", "too-long"), (b"123", "wrong-length")):
            caught = fault(lambda: client(lambda h: h.raw(200, sent)).infer([1.0]))[0]
            assert caught.code == code, caught.code
        caught = fault(lambda: client(end_early).infer([1.0]))[0]
        assert caught.code == "unreachable", caught.code
        too_long = fault(lambda: client(refusal(b"x" * (1 << 17))).infer([1.0]))[0]
        assert too_long.code == "too-long", too_long.code
        for problem in (b"[" * 60000, b"[]", b"1", b"\\xff", b"null"):
            assert fault(lambda: client(refusal(problem)).infer([1.0]))[0].code == "http-400"
        for document in (b"[" * 60000, b"[]", b"{}", b"\\xff"):
            get = lambda h: h.raw(200, document)
            assert fault(lambda: client(fine, get=get))[0].code == "no-gateway", document
        detail = {"detail": "a\\nb\\u001b[2J\\u202e" + "c" * 2000}
        shown = fault(lambda: client(refusal(detail)).infer([1.0]))[0]
        assert str(shown).startswith("party 1: a b [2J c"), shown
        assert len(str(shown)) == len("party 1: ") + 512
        # A fault that this file does not foresee.
        odd = client(fine)
        odd._exchange = lambda *args: 1 // 0
        assert fault(lambda: odd.infer([1.0]))[0].code == "client-fault"
        print("done")
        """);
  }

  /** Each party serves versions, its default first; what it is sent for a version is kept. */
  private static final String ROLLOUT =
      """
      def version(name, bits=8, labels=()):
          return dict(description, version=name, planDigest="digest of " + name, labels=list(labels),
                      input=dict(description["input"], fractionBits=bits))
      of_8_bits, of_4_bits = version("v1"), version("v2", 4)
      served, sent, refusing = [[of_8_bits], [of_8_bits]], [], []
      unknown = refusal({"type": "urn:x:unknown-model"}, 404)
      def find(party, path):
          found = [v for v in served[party] if ":" not in path or path.split(":")[1] == v["version"]]
          return found[0] if found else None
      def get(party):
          def answer(handler):
              shown = {"/v1/gateway": {"party": party}, "/v1/models": {"models": [{"name": "m"}]}}.get(
                  handler.path) or find(party, handler.path)
              return handler.raw(200, json.dumps(shown).encode()) if shown else unknown(handler)
          return answer
      def post(party):
          def answer(handler):
              sent.append((party, handler.path.split(":")[1], handler.body))
              return fine(handler) if find(party, handler.path) and not refusing else unknown(handler)
          return answer
      urls = [gateway(party, post(party), get(party)) for party in (0, 1)]
      def connected():
          return p.PascalineClient(urls, ["a", "b"])
      def input_of(name):
          shares = {party: int.from_bytes(body, "little") for party, asked, body in sent if asked == name}
          assert sorted(shares) == [0, 1], sent
          sent.clear()
          return sum(shares.values()) & 0xFFFFFFFF
      """;

  @Test
  void shouldAskTheVersionThatHasReplacedItsOwn() throws Exception {
    assertRuns(
        ROLLOUT
            + """
            asked = connected()
            asked.infer([3.0])
            assert input_of("v1") == 3 << 8
            # Party 1 has not moved its default.
            served[:] = [of_4_bits], [of_8_bits, of_4_bits]
            assert asked.infer([3.0]).description["version"] == "v2"
            assert asked.description["version"] == "v2"
            assert input_of("v2") == 3 << 4
            assert connected().description["version"] == "v2"
            print("done")
            """);
  }

  @Test
  void shouldFollowOnceAndToNoVersionThatIsAskedOtherwise() throws Exception {
    assertRuns(
        ROLLOUT
            + """
            asked = connected()
            served[:] = [version("v2", labels=["a"])], [version("v2", labels=["a"])]
            caught = fault(lambda: asked.infer([1.0]))[0]
            assert caught.code == "model-changed" and str(caught).endswith("connect again"), caught
            assert asked.description["version"] == "v1"
            # Party 1 does not serve what party 0 does.
            served[:] = [of_4_bits], [of_8_bits]
            assert fault(lambda: asked.infer([1.0]))[0].code == "unknown-model"
            # They describe a version that they refuse.
            served[:] = [of_4_bits], [of_4_bits]
            refusing.append(True)
            sent.clear()
            assert fault(lambda: asked.infer([1.0]))[0].code == "unknown-model"
            assert {version for _, version, _ in sent} == {"v1", "v2"} and len(sent) <= 4, sent
            print("done")
            """);
  }

  @Test
  void shouldRestBeforeItRetriesWhateverAGatewayAdvises() throws Exception {
    assertRuns(
        """
        for advice in ('"x"', "NaN", "-1", "1e400", "600001", "null", "[]", "1" * 400):
            posts.clear()
            data = ('{"type": "urn:x:overloaded", "retryAfterMs": %s}' % advice).encode()
            caught, _ = fault(lambda: client(refusal(data, 429), 0.3).infer([1.0]))
            assert caught.code == "overloaded", (advice, caught.code)
            # At least 50 ms lie between two attempts within 300 ms.
            assert caught.retry_after_s == 0 and 1 <= posts.count(1) <= 7, (advice, posts)
        data = b'{"type": "urn:x:overloaded", "retryAfterMs": 60000}'
        assert fault(lambda: client(refusal(data, 429)).infer([1.0]))[0].retry_after_s == 60
        print("done")
        """);
  }

  @Test
  void shouldRefuseInputsAndTokensThatNoRequestCanCarry() throws Exception {
    assertRuns(
        """
        asked = client(fine)
        for value in (1e300, -1e300, float("nan"), float("inf"), 1000.0, "x", None):
            try:
                asked._encode([value], asked.description)
                raise AssertionError(value)
            except ValueError as refused:
                assert str(refused) == "input at index 0 must be below 1000 in magnitude", refused
        for token in ("", "secret\\r\\nX: y", "secr\\u00e9t"):
            try:
                p.PascalineClient(["http://127.0.0.1:1", "http://127.0.0.1:2"], ["a", token])
                raise AssertionError("taken")
            except ValueError as refused:
                assert "secr" not in str(refused), refused
        for host in ("127.0.0.20", "127.1.2.3", "localhost", "LOCALHOST", "::1"):
            assert p._LOOPBACK.fullmatch(host), host
        for host in ("127.0.0.1.example", "128.0.0.1", "127.0.0", "::2", ""):
            assert not p._LOOPBACK.fullmatch(host), host
        print("done")
        """);
  }

  @Test
  void shouldTrustAnAuthorityForItsOwnPartyOnly() throws Exception {
    assertRuns(
        """
        p.ssl.create_default_context = lambda cafile=None: ("context of", cafile)
        made = []
        class Connection:
            sock = None
            def __init__(self, host, port, timeout, context):
                made.append((host, context[1]))
                raise p.PascalineError("seen", host)
        p.http.client.HTTPSConnection = Connection
        urls = ["https://zero.example", "https://one.example"]
        for files in (("ca0.pem", None), ("ca0.pem", "ca1.pem"), (None, None)):
            asked = p.PascalineClient.__new__(p.PascalineClient)
            asked._describe_at_both = lambda *arguments: {}
            asked.__init__(urls, ["a", "b"], ca_files=files)
            for party in (0, 1):
                fault(lambda: asked._connection(party, 1))
            assert made == [("zero.example", files[0]), ("one.example", files[1])], made
            made.clear()
        for files in ("both.pem", ["both.pem"]):
            try:
                p.PascalineClient(urls, ["a", "b"], ca_files=files)
                raise AssertionError("taken")
            except ValueError as refused:
                assert "ca_files" in str(refused), refused
        print("done")
        """);
  }

  @Test
  void shouldNeedNothingButTheStandardLibrary() throws Exception {
    String script =
        "import sys, ast; t = ast.parse(open(sys.argv[1]).read());"
            + "print('\\n'.join(a.name.split('.')[0] for n in ast.walk(t)"
            + " if isinstance(n, ast.Import) for a in n.names"
            + " if a.name.split('.')[0] not in sys.stdlib_module_names))";
    Output output = run(List.of("python3", "-c", script, CLIENT.toString()));

    // Python before 3.10 does not list its modules.
    assumeTrue(!output.err().contains("stdlib_module_names"), output.err());
    assertEquals("", output.out().lines().collect(Collectors.joining()));
  }
}
