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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;

class LatencyPlotTest {
  private static final Path TABLE = Path.of("..", "docs", "figures", "latency.csv");

  @TempDir private Path folder;

  @Test
  void shouldDrawTheDocumentationsTableAsPngAndSvg() throws IOException {
    Path table = Files.copy(TABLE, folder.resolve("latency.csv"));

    LatencyPlot.main(new String[] {table.toString()});

    assertTrue(ImageIO.read(folder.resolve("latency.png").toFile()).getWidth() > 100);
    assertTrue(Files.readString(folder.resolve("latency.svg")).contains("<svg"));
  }

  @Test
  void shouldShowEveryRowAtItsNetworkUnderItsSystemWithAMarkerOfItsOwn() throws IOException {
    List<LatencyTable.Row> rows = LatencyTable.read(TABLE);

    XYChart chart = LatencyPlot.of(rows);

    List<String> networks =
        List.copyOf(new LinkedHashSet<>(rows.stream().map(LatencyTable.Row::network).toList()));
    List<LatencyTable.Row> left = new ArrayList<>(rows);
    Set<Object> markers = new HashSet<>();
    for (XYSeries series : chart.getSeriesCollection()) {
      assertTrue(markers.add(series.getMarker()), series.getName());
      for (int i = 0; i < series.getXData().length; i++) {
        String network = networks.get((int) Math.round(series.getXData()[i]) - 1);
        double value = series.getYData()[i];
        assertTrue(
            left.removeIf(
                row ->
                    row.network().equals(network)
                        && row.system().equals(series.getName())
                        && row.milliseconds() == value),
            () -> network + ", " + series.getName() + ", " + value);
      }
    }
    assertEquals(List.of(), left);
    assertTrue(chart.getStyler().isYAxisLogarithmic());
  }

  @Test
  void shouldRefuseMoreSystemsThanMarkers() {
    List<LatencyTable.Row> rows = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      rows.add(new LatencyTable.Row("a", "system " + i, 1, LatencyTable.Conditions.IDLE));
    }
    assertThrows(IllegalArgumentException.class, () -> LatencyPlot.of(rows));
  }
}
