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

  @Test
  void shouldShareInFreshUniformWords() throws Exception {
    String script =
        """
        import array, json, pascaline_client as p
        counts = [[0] * 256, [0] * 256]
        equal = 0
        for bits in (32, 64):
            words = array.array("I", [0, 1, 0xFFFFFFFF, 12345] * 1000)
            mask = (1 << bits) - 1
            before = None
            for _ in range(20):
                shares = p.split_words(words, bits)
                for party in (0, 1):
                    for byte in p._to_bytes(shares[party]):
                        counts[party][byte] += 1
                if before:
                    equal += sum(a == b for a, b in zip(before[0], shares[0]))
                    equal += sum(a == b for a, b in zip(before[1], shares[1]))
                before = shares
                half = len(words) // 2
                for i in range(len(words) if bits == 32 else half):
                    one, other, want = (
                        w[i] if bits == 32 else w[i] | w[half + i] << 32
                        for w in (shares[0], shares[1], words))
                    assert (one + other) & mask == want
        print(json.dumps({"counts": counts, "equal": equal}))
        """;
    Output output = run(List.of("python3", "-c", script));

    assertEquals("", output.err());
    JsonNode result = JSON.readTree(output.out());
    assertEquals(0, result.path("equal").asInt());
    for (int party = 0; party < 2; party++) {
      long[] counts = new long[BundledDemo.BYTE_VALUES];
      for (int value = 0; value < counts.length; value++) {
        counts[value] = result.path("counts").path(party).path(value).asLong();
      }
      BundledDemo.requireUniform(counts, "share of party " + party);
    }
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
