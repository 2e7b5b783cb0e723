package io.pascaline.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.training.data.FashionMnist;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainOptionsTest {

  @Test
  void shouldFillInDefaults() {
    TrainOptions options = TrainOptions.parse("--output", "there", "--epochs", "3");

    assertEquals(Path.of("there"), options.output());
    assertEquals(3, options.epochs());
    assertEquals(FashionMnist.DEBIAN_FOLDER, options.data());
    assertEquals(60_000, options.images());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "--epochs 3, --output is missing",
    "--output, --output lacks its value",
    "--output x --epochs many, --epochs many is not a whole number",
    "--output x --epochs 0, --epochs 0 is less than 1",
    "--output x --speed 3, unknown option --speed",
  })
  void shouldExplainWrongArguments(String arguments, String explanation) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();

    int status = run(err, arguments.split(" "));

    assertEquals(2, status);
    String text = err.toString(StandardCharsets.UTF_8);
    assertTrue(text.startsWith(explanation), text);
    assertTrue(text.contains("usage:"), text);
  }

  @Test
  void shouldNameTheMissingDataFile(@TempDir Path empty) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();

    int status = run(err, "--output", empty.toString(), "--data", empty.toString());

    assertEquals(1, status);
    String text = err.toString(StandardCharsets.UTF_8);
    assertTrue(text.contains("train-images-idx3-ubyte.gz does not exist"), text);
  }

  private static int run(ByteArrayOutputStream err, String... arguments) {
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    return TrainCommand.run(stream, stream, arguments);
  }
}
