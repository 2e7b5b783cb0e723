// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.perf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;

class AccuracyPlotTest {
  private static final Path TABLE = Path.of("..", "docs", "figures", "accuracy.csv");

  @TempDir private Path folder;

  @Test
  void shouldDrawTheTableOfTheDocumentation() throws IOException {
    Path table = Files.copy(TABLE, folder.resolve("accuracy.csv"));

    AccuracyPlot.main(new String[] {table.toString()});

    for (String link : List.of("lan", "wan")) {
      Path png = folder.resolve("accuracy-" + link + ".png");
      assertTrue(ImageIO.read(png.toFile()).getWidth() > 100);
      assertTrue(Files.readString(folder.resolve("accuracy-" + link + ".svg")).contains("<svg"));
    }
  }

  @Test
  void shouldShowEveryNetworkAtItsLatency() throws IOException {
    List<AccuracyPlot.Row> rows = AccuracyPlot.read(TABLE);
    for (String link : List.of("lan", "wan")) {
      XYChart chart = AccuracyPlot.of(rows, link);
      int points = 0;
      Set<Object> markers = new HashSet<>();
      for (XYSeries series : chart.getSeriesCollection()) {
        assertTrue(markers.add(series.getMarker()), series.getName());
        for (int i = 0; i < series.getXData().length; i++) {
          double milliseconds = series.getXData()[i];
          double percent = series.getYData()[i];
          assertEquals(
              1,
              rows.stream()
                  .filter(
                      row ->
                          row.activation().equals(series.getName())
                              && row.percent() == percent
                              && row.latencies().get(link) == milliseconds)
                  .count());
          points++;
        }
      }
      assertEquals(rows.size(), points);
    }
  }

  @Test
  void shouldRefuseWhatIsNoFigure() throws IOException {
    String heading = Files.readAllLines(TABLE).get(0);
    Path table = folder.resolve("bad.csv");
    Files.writeString(table, heading + "\nd,n,a,84,1000,2,none,1,1,s\n");

    IllegalArgumentException thrown =
        assertThrows(IllegalArgumentException.class, () -> AccuracyPlot.read(table));

    assertTrue(thrown.getMessage().contains("row 1: wan_ms"), thrown.getMessage());
    List<AccuracyPlot.Row> many = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      many.add(new AccuracyPlot.Row("d", "n", "a" + i, 80, Map.of("lan", 1.0, "wan", 2.0)));
    }
    assertThrows(IllegalArgumentException.class, () -> AccuracyPlot.of(many, "lan"));
  }
}
