// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FitCommandTest {
  @TempDir private Path folder;

  @Test
  void shouldFindThePublishedCoefficients() throws IOException {
    Path json = folder.resolve("fit.json");

    CommandRun run = CommandRun.of("fit", "--json", json).assertOk();

    JsonNode fits = new ObjectMapper().readTree(json.toFile()).get("fits");
    assertEquals("fitted", fits.get(0).get("name").asText());
    assertEquals("published", fits.get(1).get("name").asText());
    for (int power = 0; power <= 4; power++) {
      // Published cut off after eight decimals.
      assertEquals(
          fits.get(1).get("coefficients").get(power).asDouble(),
          fits.get(0).get("coefficients").get(power).asDouble(),
          1e-8);
    }
    assertTrue(run.out().contains("-0.00292969"), run.out());
  }

  @Test
  void shouldPlotAsTheEndingSays() throws IOException {
    Path png = folder.resolve("gelu.png");
    Path svg = folder.resolve("gelu.svg");

    CommandRun.of("fit", "--function", "gelu", "--degree", 2, "--plot", png).assertOk();
    CommandRun.of("fit", "--function", "gelu", "--degree", 2, "--plot", svg).assertOk();

    assertNotNull(ImageIO.read(png.toFile()));
    assertTrue(Files.readString(svg).contains("<svg"));
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({
    "--degree, 0, degree is 0",
    "--bound, -1, bound is -1.0",
    "--fraction-bits, 31, fractionBits is 31",
    "--plot, x.bmp, no known ending",
    "--json, /nowhere/x.json, cannot be written"
  })
  void shouldRefuseInOneLine(String option, String value, String part) {
    CommandRun.of("fit", option, value).assertFault(1, part);
  }

  @Test
  void shouldRefuseAnUnknownFunction() {
    CommandRun.of("fit", "--function", "cosine").assertFault(2, "cosine");
  }
}
